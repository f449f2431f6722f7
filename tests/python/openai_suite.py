"""openai against the proxy: every resource that it serves. Usage: openai_suite.py <base url> <token>."""
import base64
import sys

from openai import BadRequestError, NotFoundError, OpenAI

BASE, TOKEN = sys.argv[1], sys.argv[2]
MODEL = "gemini-2.5-flash"
client = OpenAI(base_url=f"{BASE}/v1", api_key=TOKEN, max_retries=0)


def raises(kind, call):
    try:
        call()
    except kind:
        return
    raise AssertionError(f"{kind} was not raised")


def chat_and_completions():
    chat = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello"}])
    assert chat.choices[0].message.content == "You said: hello"
    assert client.completions.create(model=MODEL, prompt="a").choices[0].text == "You said: a"
    text = "".join(c.choices[0].text for c in client.completions.create(model=MODEL, prompt="a", stream=True))
    assert text == "You said: a", text
    assert len(client.embeddings.create(model="gemini-embedding-001", input="x").data) == 1
    assert MODEL in [model.id for model in client.models.list()]


def responses():
    first = client.responses.create(model=MODEL, input="one")
    second = client.responses.create(model=MODEL, input="two", previous_response_id=first.id)
    assert second.output_text == "You said: two"
    assert [item.type for item in client.responses.input_items.list(second.id)] == ["message"] * 3
    raises(BadRequestError, lambda: client.responses.cancel(first.id))
    client.responses.delete(first.id)
    raises(NotFoundError, lambda: client.responses.retrieve(first.id))


def files():
    file = client.files.create(file=("n.txt", b"notes"), purpose="user_data")
    assert client.files.retrieve(file.id).filename == "n.txt"
    assert [one.id for one in client.files.list()] == [file.id]
    content = [{"type": "file", "file": {"file_id": file.id}}, {"type": "text", "text": "read"}]
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])
    assert client.files.delete(file.id).deleted


def images_and_audio():
    image = client.images.generate(model="gemini-2.5-flash-image", prompt="a cat", size="1024x1024")
    png = base64.b64decode(image.data[0].b64_json)
    client.images.edit(model="gemini-2.5-flash-image", image=("a.png", png, "image/png"), prompt="blue")
    speech = client.audio.speech.create(
        model="gemini-2.5-flash-preview-tts", voice="alloy", input="hi", response_format="wav"
    ).read()
    assert speech[:4] == b"RIFF"
    assert client.audio.transcriptions.create(model=MODEL, file=("a.wav", speech)).text
    assert client.audio.translations.create(model=MODEL, file=("a.wav", speech)).text
    raises(NotFoundError, lambda: client.moderations.create(input="x"))


for case in (chat_and_completions, responses, files, images_and_audio):
    case()
    print("ok", case.__name__)
