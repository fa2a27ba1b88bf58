using System.Globalization;
using System.Text.Json;

namespace Roost.Hardware.Reporting;

/// <summary>What a point is: yes or no, a finite number, a text, or unknown.</summary>
public readonly record struct PointValue
{
    private readonly double _number;
    private readonly string? _text;

    private PointValue(PointKind kind, double number, string? text)
    {
        Kind = kind;
        _number = number;
        _text = text;
    }

    /// <summary>Not known, as of a sensor that does not answer.</summary>
    public static PointValue None => default;

    public PointKind Kind { get; }

    /// <summary>False unless <see cref="Kind"/> is <see cref="PointKind.Bool"/>.</summary>
    public bool AsBool => Kind == PointKind.Bool && _number > 0;

    /// <summary>0 unless <see cref="Kind"/> is <see cref="PointKind.Number"/>.</summary>
    public double AsNumber => Kind == PointKind.Number ? _number : 0;

    public static PointValue Of(bool value) => new(PointKind.Bool, value ? 1 : 0, null);

    /// <exception cref="ArgumentOutOfRangeException">JSON has no word for NaN and the infinities.</exception>
    public static PointValue Of(double value) =>
        double.IsFinite(value) ? new(PointKind.Number, value == 0 ? 0 : value, null) : throw new ArgumentOutOfRangeException(nameof(value), value, "A point's number is finite.");

    public static PointValue Of(string value) => new(PointKind.Text, 0, value);

    /// <param name="fault">What it is instead, for who wrote it, when the result is false.</param>
    public static bool TryRead(JsonElement json, out PointValue value, out string fault)
    {
        (value, fault) = (default, "");
        switch (json.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                value = Of(json.GetBoolean());
                return true;
            case JsonValueKind.Number when json.TryGetDouble(out var number) && double.IsFinite(number):
                value = Of(number);
                return true;
            case JsonValueKind.String:
                value = Of(json.GetString()!);
                return true;
            case JsonValueKind.Null:
                return true;
            default:
                fault = json.ValueKind switch
                {
                    JsonValueKind.Object => "an object",
                    JsonValueKind.Array => "a list",
                    _ => "a number that is too large",
                };
                return false;
        }
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case PointKind.Bool:
                writer.WriteBooleanValue(AsBool);
                break;
            case PointKind.Number:
                writer.WriteNumberValue(_number);
                break;
            case PointKind.Text:
                writer.WriteStringValue(_text);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>As JSON has it, but a text without quotes.</summary>
    public override string ToString() => Kind switch
    {
        PointKind.Bool => AsBool ? "true" : "false",
        PointKind.Number => _number.ToString("R", CultureInfo.InvariantCulture),
        PointKind.Text => _text!,
        _ => "null",
    };
}
