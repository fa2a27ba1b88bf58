using System.Globalization;

namespace Roost.Mqtt.Proofs;

/// <summary><c>--name value</c> pairs.</summary>
internal sealed class Arguments(string[] arguments)
{
    private readonly Dictionary<string, string> _values = arguments.Chunk(2).ToDictionary(static pair => pair[0].TrimStart('-'), static pair => pair[1]);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public double Number(string name, double otherwise) =>
        _values.TryGetValue(name, out var value) ? double.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    public int Integer(string name, int otherwise) => (int)Number(name, otherwise);
}
