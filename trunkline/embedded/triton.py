"""The appliance's own Triton: the real server out of the `nvidia-pytriton` wheel, without Docker.

Of the wheel only the binaries are used, started by us. The server finds its Python backend in a
folder that must hold the one stub built for the running interpreter; the stub loads that
interpreter's shared library and imports `triton_models` as this process does. It listens on
127.0.0.1 only.
"""

import asyncio
import hashlib
import logging
import os
import platform
import re
import shutil
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import msgspec
import tritonclient.grpc.aio as triton_grpc
from tritonclient.utils import InferenceServerException

import triton_models
from triton_models.settings import Settings
from triton_models.tensors import MODEL, MODELS_DIR_VARIABLE, SETTINGS_VARIABLE
from trunkline.embedded.stubs import StubWatch
from trunkline.ports import free_port
from trunkline.processes import Program

logger = logging.getLogger(__name__)

REPOSITORY = Path(triton_models.__file__).parent / "repository"
HOST = "127.0.0.1"
READY_S = 60.0
EXIT_S = 5
GLIBC = (2, 35)
"""The wheel is `manylinux_2_35`."""

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
_SHARED_MEMORY = Path("/dev/shm")


class NotStarted(Exception):
    """Triton does not answer; the message says where to look."""


def unsupported() -> str:
    """Empty when the embedded Triton can run here; else why not, and what can be done."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return f"the wheel nvidia-pytriton is for Linux on x86-64, not {platform.platform()}"
    if (glibc := _glibc()) < GLIBC:
        return f"the wheel nvidia-pytriton needs glibc 2.35, this is {glibc[0]}.{glibc[1]}"
    wheel = _wheel()
    if wheel is None:
        return "the package nvidia-pytriton is not installed: pip install nvidia-pytriton==0.7.0"
    if not _stub(wheel).exists():
        return f"nvidia-pytriton has no stub for Python {_VERSION}: use Python 3.11 to 3.13"
    if _libpython() is None:
        return (
            f"libpython{_VERSION}.so is missing: install the system package libpython{_VERSION} "
            "(Debian, Ubuntu) or python3-libs (Red Hat), or build Python with --enable-shared"
        )
    return ""


class EmbeddedTriton:
    """One Triton server. Run `prepare()`'s program under a supervisor, then `wait_ready()`."""

    def __init__(
        self, settings: Settings, *, models_dir: Path, run_dir: Path, grpc_port: int = 0
    ) -> None:
        self._settings = settings
        self._models_dir = models_dir.absolute()
        self._run_dir = run_dir.absolute()
        self._grpc_port = grpc_port or free_port(HOST)
        self._metrics_port = free_port(HOST, besides=[self._grpc_port])
        # Names the server's shared memory, so that what a kill left behind can be told and removed.
        self._mark = "trunkline_" + hashlib.sha256(str(self._run_dir).encode()).hexdigest()[:12]

    @property
    def url(self) -> str:
        """The gRPC address; the same over restarts."""
        return f"{HOST}:{self._grpc_port}"

    @property
    def metrics_url(self) -> str:
        """Triton's own Prometheus metrics."""
        return f"http://{HOST}:{self._metrics_port}/metrics"

    def prepare(self) -> Program:
        """Lay out the backend folder, clear what a killed server left; how to start the server."""
        if why := unsupported():
            raise NotStarted(why)
        self._lay_out_backend()
        self._lay_out_repository()
        for left in _SHARED_MEMORY.glob(f"{self._mark}*"):
            left.unlink(missing_ok=True)
        return Program("triton", self.argv, env=self.env, stop_s=EXIT_S + 5.0)

    def stub_watch(self) -> StubWatch:
        """Runs beside the server, and revives a model whose process died."""
        return StubWatch(self.url, mark=self._mark)

    async def wait_ready(self, *, timeout_s: float = READY_S) -> None:
        """Return once the first model answers; NotStarted if it does not in time."""
        client = triton_grpc.InferenceServerClient(self.url)
        try:
            async with asyncio.timeout(timeout_s):
                while not await _is_ready(client, MODEL):
                    await asyncio.sleep(0.1)
            for name in self._settings.model_names:
                if not await _is_ready(client, name):
                    logger.warning("a model is not served: its calls get %s", MODEL)
        except TimeoutError:
            raise NotStarted(
                f"Triton did not answer on {self.url} within {timeout_s:.0f} s"
            ) from None
        finally:
            await client.close()

    @property
    def argv(self) -> list[str]:
        """The server in the foreground."""
        return [
            str(_wheel_or_raise() / "bin" / "tritonserver"),
            f"--model-repository={self.repository}",
            # Explicit: a model can be loaded anew while the others go on.
            "--model-control-mode=explicit",
            "--load-model=*",
            # One model that cannot be loaded does not keep the others from being served.
            f"--exit-on-error={str(not self._settings.served).lower()}",
            f"--backend-directory={self._backends}",
            f"--backend-config=python,shm-region-prefix-name={self._mark}",
            f"--grpc-address={HOST}",
            f"--grpc-port={self._grpc_port}",
            f"--metrics-address={HOST}",
            f"--metrics-port={self._metrics_port}",
            "--allow-http=false",
            "--allow-gpu-metrics=false",
            "--disable-auto-complete-config",
            f"--exit-timeout-secs={EXIT_S}",
            "--log-verbose=0",
        ]

    @property
    def env(self) -> dict[str, str]:
        """The server's whole environment."""
        libpython = _libpython()
        libraries = [_wheel_or_raise().parents[1] / "nvidia_pytriton.libs"]
        libraries += [libpython.parent] if libpython else []
        return {
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath)),
            "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries)),
            # The stub embeds the interpreter and knows nothing of our virtual environment.
            "PYTHONHOME": os.pathsep.join((sys.base_prefix, sys.base_exec_prefix)),
            "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            MODELS_DIR_VARIABLE: str(self._models_dir),
            SETTINGS_VARIABLE: msgspec.json.encode(self._settings).decode(),
        }

    @property
    def _backends(self) -> Path:
        return self._run_dir / "backends"

    @property
    def repository(self) -> Path:
        """What the server mounts: ours, or one laid out with the further models."""
        return self._run_dir / "repository" if self._settings.served else REPOSITORY

    def _lay_out_repository(self) -> None:
        """Ours, and a copy of `asr` for each further model; its code is there once."""
        if not self._settings.served:
            return
        shutil.rmtree(self.repository, ignore_errors=True)
        self.repository.mkdir(parents=True)
        for model in REPOSITORY.iterdir():
            (self.repository / model.name).symlink_to(model)
        config = (REPOSITORY / MODEL / "config.pbtxt").read_text(encoding="utf-8")
        for served in self._settings.served:
            folder = self.repository / served.name
            folder.mkdir()
            (folder / "1").symlink_to(REPOSITORY / MODEL / "1")
            named = config.replace(f'name: "{MODEL}"', f'name: "{served.name}"', 1)
            (folder / "config.pbtxt").write_text(named, encoding="utf-8")

    def _lay_out_backend(self) -> None:
        wheel = _wheel_or_raise()
        backend = self._backends / "python"
        shutil.rmtree(backend, ignore_errors=True)
        backend.mkdir(parents=True)
        for name in ("libtriton_python.so", "triton_python_backend_utils.py"):
            (backend / name).symlink_to(wheel / "backends" / "python" / name)
        stub = backend / "triton_python_backend_stub"
        shutil.copyfile(_stub(wheel), stub)
        stub.chmod(0o755)


async def _is_ready(client: triton_grpc.InferenceServerClient, model: str) -> bool:
    try:
        return bool(await client.is_model_ready(model, client_timeout=2.0))
    except InferenceServerException:
        return False


def _glibc() -> tuple[int, int]:
    found = re.fullmatch(r"glibc (\d+)\.(\d+).*", os.confstr("CS_GNU_LIBC_VERSION") or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _wheel() -> Path | None:
    """The wheel's `tritonserver` folder. Found, not imported: its package starts things."""
    spec = find_spec("pytriton")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = [Path(folder) / "tritonserver" for folder in folders]
    return next((path for path in found if (path / "bin" / "tritonserver").exists()), None)


def _wheel_or_raise() -> Path:
    wheel = _wheel()
    if wheel is None:
        raise NotStarted("the package nvidia-pytriton is not installed")
    return wheel


def _stub(wheel: Path) -> Path:
    return wheel / "python_backend_stubs" / _VERSION / "triton_python_backend_stub"


def _libpython() -> Path | None:
    """The interpreter as a shared library, which the stub loads."""
    name = f"libpython{_VERSION}.so.1.0"
    folders = [sysconfig.get_config_var("LIBDIR") or "", f"{sys.base_prefix}/lib"]
    folders += ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"]
    return next((Path(f) / name for f in folders if f and (Path(f) / name).exists()), None)
