#!/usr/bin/env python3
"""Prints a filter of dotnet test for the failed tests of a .trx file; nothing when none failed, or more than five did."""
import sys
import xml.etree.ElementTree as tree

NS = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
MOST = 5
try:
    root = tree.parse(sys.argv[1]).getroot()
except (OSError, tree.ParseError):
    sys.exit()
failed = {r.get("testId") for r in root.iterfind(".//t:UnitTestResult", NS) if r.get("outcome") == "Failed"}
methods = {
    f'{m.get("className")}.{m.get("name").split("(")[0]}'
    for t in root.iterfind(".//t:UnitTest", NS) if t.get("id") in failed
    for m in t.iterfind("t:TestMethod", NS)
}
if 0 < len(failed) <= MOST:
    print("|".join(f"FullyQualifiedName~{method}" for method in sorted(methods)))
