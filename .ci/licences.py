"""Every dependency must be usable under a licence on the list. Reads `cargo metadata` on stdin."""

import json
import re
import sys
import tomllib

with open("deny.toml", "rb") as file:
    LICENSES = tomllib.load(file)["licenses"]
ALLOWED = set(LICENSES["allow"])


def allows(expression: str) -> bool:
    """Whether an SPDX expression can be satisfied with the allowed licences alone."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    python = []
    skip = False
    for token in tokens:
        if skip:
            skip = False
        elif token == "WITH":  # an exception only permits more
            skip = True
        elif token in ("AND", "OR"):
            python.append(token.lower())
        elif token in "()":
            python.append(token)
        else:
            python.append(str(token in ALLOWED))
    return bool(eval(" ".join(python), {"__builtins__": {}}))  # only True, False, and, or, brackets


packages = json.load(sys.stdin)["packages"]
refused = []
for package in packages:
    licence = package["license"] or "none stated"
    if not allows(licence):
        refused.append(f"{package['name']} {package['version']}: {licence}")
foreign = [
    f"{package['name']} {package['version']}: {package['source']}"
    for package in packages
    if package["source"] not in (None, "registry+https://github.com/rust-lang/crates.io-index")
]
print(f"{len(packages)} packages")
sys.exit("\n".join(refused + foreign) or None)
