"""The part of a written module that one wants to see on the screen."""


def function_of(module):
    """The main function of an emitted module, without the helpers around it."""
    start = module.source.index(f"def {module.name}(")
    return module.source[start:].partition("\n\n\n")[0].rstrip()
