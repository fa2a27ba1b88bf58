using NUnit.Framework;

namespace Roost.Tests.Support;

/// <summary>Names the normative statement that a test shows, so that a run can be filtered by it: <c>[Spec("MQTT-3.3.1-2")]</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class SpecAttribute(string statement) : PropertyAttribute(statement)
{
    public string Statement { get; } = statement;
}
