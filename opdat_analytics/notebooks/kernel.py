"""Kernels of the Python that runs this."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class OnlyThisPython(KernelSpecManager):
    """Knows one kernel, ``python3``: this very interpreter, whatever a person has installed under that name."""

    @default("kernel_dirs")
    def _nowhere_else(self) -> list[str]:
        return []


class ThisPython(AsyncKernelManager):
    """Starts ``python3`` with this very interpreter."""

    @default("kernel_spec_manager")
    def _of_this_interpreter(self) -> KernelSpecManager:
        return OnlyThisPython()


SETTINGS = Path(__file__).parent / "lab"
"""Settings of JupyterLab: it does not ask whether to fetch news. For ``JUPYTER_CONFIG_PATH``."""


def lab_arguments(folder: Path, more: Sequence[str] = ()) -> list[str]:
    """Arguments of JupyterLab at a folder, with the kernel of this Python, asking nothing of any other machine."""
    return [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--ServerApp.kernel_spec_manager_class={__name__}.{OnlyThisPython.__name__}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly",
        *more,
    ]
