"""google-genai against the proxy: every module, as its users call it. Usage: genai_suite.py <base url> <token>."""
import asyncio
import io
import sys

from google import genai
from google.genai import types

BASE, TOKEN = sys.argv[1], sys.argv[2]
MODEL = "gemini-2.5-flash"
LIVE = "gemini-live-2.5-flash-preview"
client = genai.Client(api_key=TOKEN, vertexai=False, http_options=types.HttpOptions(base_url=BASE, api_version="v1beta"))


def models_and_chats():
    assert client.models.generate_content(model=MODEL, contents="hello").text == "You said: hello"
    text = "".join(chunk.text or "" for chunk in client.models.generate_content_stream(model=MODEL, contents="hello"))
    assert text == "You said: hello", text
    assert client.models.count_tokens(model=MODEL, contents="hello").total_tokens
    assert len(client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"]).embeddings) == 2
    assert any(model.name == f"models/{MODEL}" for model in client.models.list())
    chat = client.chats.create(model=MODEL)
    assert "one" in chat.send_message("one").text


def files_and_caches():
    file = client.files.upload(file=io.BytesIO(b"notes"), config={"mime_type": "text/plain", "display_name": "n"})
    assert client.files.get(name=file.name).name == file.name
    client.models.generate_content(model=MODEL, contents=[file, "read"])
    assert [one.name for one in client.files.list(config={"page_size": 1})] == [file.name]
    client.files.delete(name=file.name)
    cache = client.caches.create(model=MODEL, config={"contents": "a book " * 3000, "ttl": "300s"})
    reply = client.models.generate_content(model=MODEL, contents="q", config={"cached_content": cache.name})
    assert reply.text
    client.caches.delete(name=cache.name)


def batches_and_stores():
    batch = client.batches.create(model=MODEL, src=[{"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}])
    assert client.batches.get(name=batch.name).name == batch.name
    client.batches.cancel(name=batch.name)
    client.batches.delete(name=batch.name)
    store = client.file_search_stores.create(config={"display_name": "s"})
    client.file_search_stores.upload_to_file_search_store(
        file_search_store_name=store.name, file=io.BytesIO(b"paper"), config={"mime_type": "text/plain"}
    )
    assert len(list(client.file_search_stores.documents.list(parent=store.name))) == 1
    client.file_search_stores.delete(name=store.name, config={"force": True})


def interactions():
    first = client.interactions.create(model=MODEL, input="one")
    second = client.interactions.create(model=MODEL, input="two", previous_interaction_id=first.id)
    assert client.interactions.get(second.id).id == second.id
    client.interactions.delete(first.id)


def without_tls():
    """The SDK speaks TLS on sockets whatever the base URL says, and a proxy on this machine has none."""
    import google.genai.live as module

    real = module.ws_connect

    def connect(uri, **options):
        options.pop("ssl", None)
        return real(uri.replace("wss://", "ws://"), **options)

    module.ws_connect = connect


async def live():
    without_tls()
    async with client.aio.live.connect(model=LIVE, config={"response_modalities": ["TEXT"]}) as session:
        await session.send_client_content(turns={"role": "user", "parts": [{"text": "hello"}]}, turn_complete=True)
        text = "".join([message.text or "" async for message in session.receive()])
        assert text == "You said: hello", text


for case in (models_and_chats, files_and_caches, batches_and_stores, interactions):
    case()
    print("ok", case.__name__)
asyncio.run(live())
print("ok live")
