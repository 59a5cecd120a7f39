"""Import a module from its file, as any program would."""

import importlib.util


def load_module(path):
    """The module in the file `path`."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
