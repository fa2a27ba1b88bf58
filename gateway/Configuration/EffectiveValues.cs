using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;

namespace Roost.Gateway.Configuration;

/// <summary>
/// Every value of options objects as JSON has it, by its key as it is written in the file. By reflection alone: a serializer makes code for each type of a value, some megabytes for
/// what is looked at once in a start. The text of a value is kept as a hash from start to start (Audit/ConfigurationRecord): another form of the same value would be told as a change.
/// </summary>
internal sealed class EffectiveValues
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The values of all sections, by their keys: <c>mqtt.listeners.0.port</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(ConfigurationSchema schema)
    {
        var values = new EffectiveValues();
        foreach (var section in schema.Sections)
        {
            values.Add(string.Join('.', section.Path), section.Options);
        }

        return values._values;
    }

    private void Add(string key, object? value)
    {
        switch (value)
        {
            case null:
                _values[key] = "null";
                break;
            case bool truth:
                _values[key] = truth ? "true" : "false";
                break;
            case Enum word:
                _values[key] = Convert.ToInt64(word, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
                break;
            case string or TimeSpan:
                _values[key] = $"\"{JavaScriptEncoder.Default.Encode(value.ToString()!)}\"";
                break;
            case IFormattable figure:
                _values[key] = figure.ToString(null, CultureInfo.InvariantCulture);
                break;
            case IDictionary entries:
                foreach (DictionaryEntry entry in entries)
                {
                    Add(Join(key, KeyName.Of(entry.Key.ToString()!)), entry.Value);
                }

                break;
            case IEnumerable items:
                var number = 0;
                foreach (var item in items)
                {
                    Add(Join(key, (number++).ToString(CultureInfo.InvariantCulture)), item);
                }

                break;
            default:
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0))
                {
                    Add(Join(key, KeyName.Of(property.Name)), property.GetValue(value));
                }

                break;
        }
    }

    private static string Join(string key, string next) => key.Length == 0 ? next : $"{key}.{next}";
}
