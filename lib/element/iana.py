#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes lib/element/iana.def from IANA's registry "IP Flow Information Export (IPFIX) Entities".

usage: lib/element/iana.py ipfix.xml > lib/element/iana.def
"""
import re
import sys
import xml.etree.ElementTree as ET

IANA = "{http://www.iana.org/assignments}"

# What later RFCs say of elements that the registry's copy may still have otherwise.
AMENDED_TYPES = {
    "forwardingStatus": "unsigned32",  # RFC 9710
}


def constant(name):
    """dateTimeSeconds -> DATE_TIME_SECONDS, ipv4Address -> IPV4_ADDRESS"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper()


def main():
    root = ET.parse(sys.argv[1]).getroot()
    registry = root.find(f"{IANA}registry[@id='ipfix-information-elements']")
    print("// SPDX-License-Identifier: Apache-2.0")
    print("/*")
    print(f" * IANA's information elements, updated {root.findtext(f'{IANA}updated')}.")
    print(" * Made by lib/element/iana.py; not to be edited.")
    print(" *")
    print(' * ELEMENT(enterprise, id, name, TYPE, SEMANTICS, "units"), by rising id')
    print(" */")
    print("/* clang-format off */")
    for record in registry.findall(f"{IANA}record"):
        type_ = record.findtext(f"{IANA}dataType")
        name = record.findtext(f"{IANA}name")
        if type_ is None or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name):
            continue
        type_ = AMENDED_TYPES.get(name, type_)
        number = int(record.findtext(f"{IANA}elementId"))
        semantics = constant(record.findtext(f"{IANA}dataTypeSemantics") or "default")
        units = " ".join((record.findtext(f"{IANA}units") or "").split())
        units = "" if units == "none" else units
        print(f'ELEMENT(0, {number}, {name}, {constant(type_)}, {semantics}, "{units}")')
    print("/* clang-format on */")


main()
