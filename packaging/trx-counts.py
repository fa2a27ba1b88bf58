#!/usr/bin/env python3
"""Prints passed, failed and skipped of a .trx file, and to standard error each failed or skipped test with its reason."""
import sys
import xml.etree.ElementTree as tree

NS = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
try:
    root = tree.parse(sys.argv[1]).getroot()
except (OSError, tree.ParseError):
    print("0 0 0")
    sys.exit()
passed = failed = skipped = 0
for result in root.iterfind(".//t:UnitTestResult", NS):
    outcome = result.get("outcome")
    if outcome == "Passed":
        passed += 1
        continue
    message = result.findtext(".//t:Message", "", NS) or "no reason given"
    if outcome in ("NotExecuted", "Inconclusive"):
        skipped += 1
        print(f"   skipped {result.get('testName')}: {message.strip()}", file=sys.stderr)
    else:
        failed += 1
        print(f"   FAILED {result.get('testName')}:\n{message.rstrip()}", file=sys.stderr)
print(passed, failed, skipped)
