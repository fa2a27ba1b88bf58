namespace Roost.Identity.Logins;

/// <summary>A token as it is handed out once. It has no text form, so that it gets into no log.</summary>
internal sealed class NewToken(TokenRecord record, string text)
{
    public TokenRecord Record { get; } = record;

    public string Text { get; } = text;
}
