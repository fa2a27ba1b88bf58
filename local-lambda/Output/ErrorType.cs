using System.Text.Json;

namespace Roost.LocalLambda.Output;

/// <summary>Reads an error object for its type and message, which come from the function: neither may break a line of the log.</summary>
internal static class ErrorType
{
    private const int MaxLength = 128;

    /// <returns>Null when the error names none.</returns>
    public static string? Of(ReadOnlySpan<byte> error) => Read(error, "errorType"u8, MaxLength);

    public static string? MessageOf(ReadOnlySpan<byte> error) => Read(error, "errorMessage"u8, WorkerOutput.MaxLineBytes / 4);

    private static string? Read(ReadOnlySpan<byte> error, ReadOnlySpan<byte> member, int maxLength)
    {
        try
        {
            var reader = new Utf8JsonReader(error);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    var found = reader.ValueTextEquals(member);
                    reader.Read();
                    if (found && reader.TokenType == JsonTokenType.String)
                    {
                        return Line(reader.GetString()!, maxLength);
                    }

                    reader.Skip();
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A runtime's own error is whatever it sent.
        }

        return null;
    }

    private static string Line(string text, int maxLength)
    {
        var line = text.Length > maxLength ? text[..maxLength] : text;
        return line.AsSpan().ContainsAnyInRange('\0', '\x1F') ? string.Concat(line.Select(letter => letter < ' ' ? ' ' : letter)) : line;
    }
}
