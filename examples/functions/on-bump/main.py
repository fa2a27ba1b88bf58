"""Decides what a robot does after a bump: back off, and turn away from the side that was hit."""

TURN_DEGREES = {"left": 45, "right": -45, "front": 120, "rear": 0}


def handler(event, context):
    side = event.get("side", "front")
    decision = {
        "robot": event["robot"],
        "command": "drive-on" if side == "rear" else "back-off",
        "distance": 0 if side == "rear" else 0.25,  # metres
        "turn": TURN_DEGREES.get(side, 120),  # degrees, to the right where positive
        "reason": f"bumped at its {side}",
        "time": event.get("time"),
    }
    print(f"{decision['robot']} {decision['reason']}: {decision['command']}")
    return decision
