using System.Text.Json;

namespace Roost.Shadow.Tests;

internal static class Json
{
    public static long Long(string json, params string[] path)
    {
        using var document = JsonDocument.Parse(json);
        var element = document.RootElement;
        foreach (var key in path)
        {
            element = element.GetProperty(key);
        }

        return element.GetInt64();
    }
}
