/** Descriptions of a release for package managers: a Homebrew formula, a Scoop manifest and the three files of winget. */
import type { Executable } from "./release.ts";

const HOME_PAGE = "https://github.com/jmvbambico/geminitro";
const ABOUT = "Pools Gemini API keys behind the APIs that coding agents speak";
const WINGET_ID = "jmvbambico.geminitro";
const WINGET_SCHEMA = "1.10.0";

/** A file of the release; without text while the executables that it names are missing. */
export interface PackageDescription {
  readonly path: string;
  readonly text?: string;
}

export function packageDescriptions(
  version: string,
  executables: readonly Executable[],
): readonly PackageDescription[] {
  const by = new Map(executables.map((executable) => [executable.target, executable]));
  const windows = by.get("windows-x86_64");
  const unix = ["darwin-aarch64", "darwin-x86_64", "linux-aarch64", "linux-x86_64"].map((target) =>
    by.get(target)
  );
  const winget = `winget/${WINGET_ID}`;
  return [
    described("homebrew/geminitro.rb", unix.every((one) => one !== undefined) && formula(version, unix)),
    described("scoop/geminitro.json", windows !== undefined && scoop(version, windows)),
    described(`${winget}.yaml`, windows !== undefined && wingetVersion(version)),
    described(`${winget}.installer.yaml`, windows !== undefined && wingetInstaller(version, windows)),
    described(`${winget}.locale.en-US.yaml`, windows !== undefined && wingetLocale(version)),
  ];
}

function described(path: string, text: string | false): PackageDescription {
  return text === false ? { path } : { path, text };
}

function formula(version: string, [macArm, macIntel, linuxArm, linuxIntel]: readonly Executable[]): string {
  const choice = (name: string, { url, sha256 }: Executable) =>
    `    on_${name} do\n      url "${url}"\n      sha256 "${sha256}"\n    end\n`;
  return `class Geminitro < Formula
  desc "${ABOUT}"
  homepage "${HOME_PAGE}"
  version "${version}"
  license "MIT"

  on_macos do
${choice("arm", macArm!)}${choice("intel", macIntel!)}  end

  on_linux do
${choice("arm", linuxArm!)}${choice("intel", linuxIntel!)}  end

  def install
    bin.install Dir["geminitro-*"].first => "geminitro"
    generate_completions_from_executable(bin/"geminitro", "completions")
  end

  service do
    run [opt_bin/"geminitro", "start", "--no-interactive", "--no-splash"]
    keep_alive true
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/geminitro --version")
  end
end
`;
}

function scoop(version: string, { url, sha256 }: Executable): string {
  const manifest = {
    version,
    description: ABOUT,
    homepage: HOME_PAGE,
    license: "MIT",
    architecture: { "64bit": { url: `${url}#/geminitro.exe`, hash: sha256 } },
    bin: "geminitro.exe",
    checkver: { github: HOME_PAGE },
    autoupdate: {
      architecture: { "64bit": { url: `${url.replaceAll(version, "$version")}#/geminitro.exe` } },
    },
  };
  return `${JSON.stringify(manifest, null, 4)}\n`;
}

function wingetFile(type: string, version: string, lines: readonly string[]): string {
  return [
    `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${type}.${WINGET_SCHEMA}.schema.json`,
    `PackageIdentifier: ${WINGET_ID}`,
    `PackageVersion: ${version}`,
    ...lines,
    `ManifestType: ${type}`,
    `ManifestVersion: ${WINGET_SCHEMA}`,
    "",
  ].join("\n");
}

function wingetVersion(version: string): string {
  return wingetFile("version", version, ["DefaultLocale: en-US"]);
}

function wingetInstaller(version: string, { url, sha256 }: Executable): string {
  return wingetFile("installer", version, [
    "InstallerType: portable",
    "Commands:",
    "- geminitro",
    "Installers:",
    "- Architecture: x64",
    `  InstallerUrl: ${url}`,
    `  InstallerSha256: ${sha256.toUpperCase()}`,
  ]);
}

function wingetLocale(version: string): string {
  return wingetFile("defaultLocale", version, [
    "PackageLocale: en-US",
    "Publisher: jmvbambico",
    "PackageName: GemiNitro",
    `PackageUrl: ${HOME_PAGE}`,
    "License: MIT",
    `ShortDescription: ${ABOUT}`,
  ]);
}
