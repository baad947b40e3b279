"""Kernels of the Python that runs this."""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class ThisPython(AsyncKernelManager):
    """Starts ``python3`` with this very interpreter, whatever kernels a person has installed under that name."""

    @default("kernel_spec_manager")
    def _of_this_interpreter(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])
