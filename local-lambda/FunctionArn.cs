namespace Roost.LocalLambda;

/// <summary>The names a function goes by: <c>on-bump</c>, <c>on-bump:$LATEST</c>, <c>ACCOUNT:function:on-bump</c>, or the whole ARN.</summary>
public sealed record FunctionArn(string Name, string? Qualifier)
{
    public const string Latest = "$LATEST";

    /// <summary>The partition that a gateway stands for: no region and no account of AWS's.</summary>
    public const string Region = "local";
    public const string Account = "000000000000";
    public const int MaxNameLength = 64;

    /// <summary>The ARN with the qualifier if there is one.</summary>
    public override string ToString() =>
        Qualifier is null ? $"arn:aws:lambda:{Region}:{Account}:function:{Name}" : $"arn:aws:lambda:{Region}:{Account}:function:{Name}:{Qualifier}";

    /// <summary>Reads any of the four forms; region and account of an ARN are not compared, so that addresses made for the cloud work here.</summary>
    public static bool TryParse(string text, out FunctionArn arn)
    {
        var parts = text.Split(':');
        var start = parts switch
        {
            ["arn", _, "lambda", _, _, "function", _, ..] => 6,
            [_, "function", _, ..] => 2,
            _ => 0,
        };
        var valid = parts.Length - start is 1 or 2 && IsName(parts[start]) && (parts.Length - start == 1 || IsQualifier(parts[start + 1]));
        arn = valid ? new FunctionArn(parts[start], parts.Length - start == 2 ? parts[start + 1] : null) : new FunctionArn("", null);
        return valid;
    }

    /// <summary>1 to 64 of letters, digits, <c>-</c> and <c>_</c>.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool IsQualifier(string text) => text.Length is > 0 and <= 128 && (text == Latest || IsName(text));
}
