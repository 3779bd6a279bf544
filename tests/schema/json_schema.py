# SPDX-License-Identifier: Apache-2.0
"""As much of JSON Schema (draft 7) as weir prints: a keyword that is not here is a fault."""

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
KNOWN = {"type", "minimum", "maximum", "items", "properties", "required"}
WORDS = {"$schema", "title", "description"}


def is_of(name, value):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def faults(schema, value, place=""):
    """What is wrong with a value."""
    for keyword in schema.keys() - KNOWN - WORDS:
        yield f"{place}: the schema has {keyword}"
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(is_of(name, value) for name in names):
        yield f"{place}: {value!r} is none of {names}"
        return
    if "minimum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        yield f"{place}: {value} is out of range"
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{place}: {name} is missing"
    for name, part in schema.get("properties", {}).items():
        if name in value:
            yield from faults(part, value[name], f"{place}.{name}")
    for number, item in enumerate(value if "items" in schema else ()):
        yield from faults(schema["items"], item, f"{place}[{number}]")
