"""The files of deploy/ against what reads them, and against the image and the settings."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from inference import __version__
from tests.samples import ROOT
from web.settings import Settings, variables

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"


def load(path: Path) -> Any:
    """Read a YAML file."""
    return yaml.safe_load(path.read_text())


def resources() -> list[str]:
    """Return what the kustomization names."""
    names: list[str] = load(KUBERNETES / "kustomization.yaml")["resources"]
    return names


@pytest.mark.parametrize("name", resources())
def test_kubernetes_takes_each_manifest(name: str) -> None:
    kubernetes_validate.validate(load(KUBERNETES / name), "1.33", strict=True)


def test_every_manifest_is_named_and_selects_the_same_pods() -> None:
    assert {path.name for path in KUBERNETES.glob("*.yaml")} - {"kustomization.yaml"} == set(resources())
    manifests = {name: load(KUBERNETES / name) for name in [*resources(), "monitoring/servicemonitor.yaml"]}
    own = {"app.kubernetes.io/name": "digits"}
    deployment = manifests["deployment.yaml"]["spec"]
    assert deployment["template"]["metadata"]["labels"] == own
    assert deployment["selector"]["matchLabels"] == own
    assert manifests["service.yaml"]["spec"]["selector"] == own
    assert manifests["disruption.yaml"]["spec"]["selector"]["matchLabels"] == own
    assert manifests["network.yaml"]["spec"]["podSelector"]["matchLabels"] == own
    for spread in deployment["template"]["spec"]["topologySpreadConstraints"]:
        assert spread["labelSelector"]["matchLabels"] == own
    for manifest in manifests.values():
        assert manifest["metadata"]["labels"] == own
    ports = deployment["template"]["spec"]["containers"][0]["ports"]
    assert manifests["service.yaml"]["spec"]["ports"][0]["targetPort"] == ports[0]["name"]
    assert manifests["network.yaml"]["spec"]["ingress"][0]["ports"] == [{"port": ports[0]["name"]}]
    named = manifests["service.yaml"]["spec"]["ports"][0]["name"]
    assert manifests["monitoring/servicemonitor.yaml"]["spec"]["endpoints"][0]["port"] == named


def test_the_autoscaler_sets_the_replicas_of_the_deployment_and_alone() -> None:
    deployment = load(KUBERNETES / "deployment.yaml")
    scaled = load(KUBERNETES / "autoscaler.yaml")["spec"]
    whole = {name: deployment[name] for name in ("apiVersion", "kind")} | {"name": deployment["metadata"]["name"]}
    assert scaled["scaleTargetRef"] == whole
    assert "replicas" not in deployment["spec"]
    # A disruption must be possible when the autoscaler has gone down to its fewest.
    assert load(KUBERNETES / "disruption.yaml")["spec"]["minAvailable"] < scaled["minReplicas"]


@pytest.mark.parametrize("monitoring", [False, True])
def test_kustomize_itself_makes_of_them_what_they_say(monitoring: bool, tmp_path: Path) -> None:
    if not (client := shutil.which("kustomize") or shutil.which("kubectl")):
        pytest.skip("neither kustomize nor kubectl is here")
    shutil.copytree(KUBERNETES, tmp_path, dirs_exist_ok=True)
    names = resources()
    if monitoring:  # as the comment in the file says
        path = tmp_path / "kustomization.yaml"
        text = path.read_text()
        assert "# - monitoring/" in text
        path.write_text(text.replace("# - monitoring/", "- monitoring/"))
        names = [*names, "monitoring/servicemonitor.yaml"]
    command = [client, "build" if Path(client).name == "kustomize" else "kustomize", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    made = {manifest["kind"]: manifest for manifest in yaml.safe_load_all(done.stdout)}
    expected = {manifest["kind"]: manifest for manifest in map(load, (KUBERNETES / name for name in names))}
    expected["Deployment"]["spec"]["template"]["spec"]["containers"][0]["image"] = f"digits:{__version__}"
    assert made == expected


def test_a_pod_has_time_to_stop() -> None:
    pod = load(KUBERNETES / "deployment.yaml")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    settings = Settings.from_environment({each["name"]: each["value"] for each in container["env"]})
    pause = re.search(r"sleep\((\d+)\)", container["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert pause
    assert pod["terminationGracePeriodSeconds"] > settings.grace_seconds + int(pause[1])


def containers() -> list[tuple[str, dict[str, Any]]]:
    """Return every container that runs our image, by the file that it stands in."""
    return [
        ("kubernetes", load(KUBERNETES / "deployment.yaml")["spec"]["template"]["spec"]["containers"][0]),
        ("kserve", load(DEPLOY / "kserve" / "digits.yaml")["spec"]["predictor"]["containers"][0]),
        ("cloudrun", load(DEPLOY / "hosting" / "cloudrun.yaml")["spec"]["template"]["spec"]["containers"][0]),
    ]


@pytest.mark.parametrize(("name", "container"), containers(), ids=lambda each: each if isinstance(each, str) else "")
def test_containers_use_ports_settings_and_probes_that_exist(name: str, container: dict[str, Any]) -> None:
    assert container["ports"][0]["containerPort"] == 8000 == Settings().port
    for each in container.get("env", []):
        assert each["name"] in {variable.name for variable in variables().values()}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        if probe in container:
            assert re.fullmatch(r"(/v2)?/health/(live|ready)", container[probe]["httpGet"]["path"])
    assert container["resources"]["limits"]["memory"] == "512Mi"
    assert container["image"] in ("digits", f"digits:{__version__}")
    if name != "cloudrun":
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"]["drop"] == ["ALL"]


def test_every_place_names_the_version() -> None:
    assert load(KUBERNETES / "kustomization.yaml")["images"] == [{"name": "digits", "newTag": __version__}]
    assert re.findall(r"^ARG VERSION=(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[0] == __version__
    reading = ["sed", "-n", r's/^__version__ = "\(.*\)"/\1/p', "inference/__init__.py"]
    assert subprocess.run(reading, cwd=ROOT, capture_output=True, text=True).stdout == f"{__version__}\n"
    for path in ("deploy/image/build.sh", ".github/workflows/release.yml"):
        assert f"{reading[0]} {reading[1]} '{reading[2]}' {reading[3]}" in (ROOT / path).read_text(), path


def test_the_stock_runtime_is_told_the_models_own_tensors() -> None:
    from onnxruntime import InferenceSession

    session = InferenceSession(ROOT / "artifacts" / "model.onnx")
    told = (DEPLOY / "kserve" / "config.pbtxt").read_text()
    [given], [answered] = session.get_inputs(), session.get_outputs()
    assert f'name: "{given.name}" data_type: TYPE_UINT8 dims: [ {given.shape[1]}, {given.shape[2]} ]' in told
    assert f'name: "{answered.name}" data_type: TYPE_FP32 dims: [ {answered.shape[1]} ]' in told


def test_the_composed_servers_are_locked_down() -> None:
    compose = load(DEPLOY / "compose.yaml")
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges"], name
    assert compose["networks"]["inside"]["internal"] is True
    servers = {name for name in compose["services"] if name.startswith("server")}
    told = set(re.findall(r"^    server (\S+) ", (DEPLOY / "haproxy.cfg").read_text(), re.MULTILINE))
    assert len(servers) == 3
    assert told == servers == set(compose["services"]["proxy"]["depends_on"])


def test_the_hosts_are_told_the_port_and_a_health_check() -> None:
    hosting = DEPLOY / "hosting"
    _, head, _ = (hosting / "space.md").read_text().split("---\n", 2)
    assert yaml.safe_load(head)["sdk"] == "docker"
    assert yaml.safe_load(head)["app_port"] == 8000
    [render] = load(hosting / "render.yaml")["services"]
    assert (render["runtime"], render["healthCheckPath"]) == ("docker", "/health/ready")
    assert load(hosting / "heroku.yml")["build"]["docker"] == {"web": "Dockerfile"}
    fly = tomllib.loads((hosting / "fly.toml").read_text())
    assert (hosting / fly["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert fly["http_service"]["internal_port"] == 8000


def test_the_page_on_deployment_tells_of_every_file_and_links_to_what_is_there() -> None:
    text = (DEPLOY / "README.md").read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (DEPLOY / target).exists(), target
    for folder in (KUBERNETES, DEPLOY / "kserve"):
        assert f"{folder.name}/" in text
    for path in (DEPLOY / "hosting").iterdir():
        assert path.name in text


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_workflows_are_pinned_and_hold_no_secrets(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"], "say what it may do"
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    pinned = re.findall(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", path.read_text(), re.MULTILINE)
    assert len(pinned) == len([step for step in steps if "uses" in step])
    assert "secrets." not in path.read_text()
    assert json.dumps(workflow)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for step in steps:
        for command in re.findall(r"^make (.+)$", step.get("run", ""), re.MULTILINE):
            assert {word for word in command.split() if "=" not in word and not word.startswith('"')} <= targets
