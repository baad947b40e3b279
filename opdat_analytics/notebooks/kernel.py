"""Kernels of the Python that runs this."""

from __future__ import annotations

from collections.abc import Sequence

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


NEWS = "@jupyterlab/apputils-extension:announcements"
"""The part of JupyterLab that asks whether to fetch news."""


def lab_arguments(folder: str, more: Sequence[str] = ()) -> list[str]:
    """Arguments of JupyterLab at a folder, with the kernel of this Python, asking nothing of any other machine."""
    return [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.kernel_spec_manager_class={__name__}.{OnlyThisPython.__name__}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        f"--ServerApp.tornado_settings={{'page_config_data': {{'disabledExtensions': {{{NEWS!r}: True}}}}}}",
        "--LabApp.extension_manager=readonly",
        *more,
    ]
