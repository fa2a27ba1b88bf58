namespace Roost.Identity.Policies.Documents;

/// <summary>What is wrong with a policy document.</summary>
/// <param name="Place">Like <c>statement 2 (ReadAll), Action</c>; empty: the document as a whole.</param>
/// <param name="Message">What is wrong, and what to write instead.</param>
internal sealed record PolicyFault(string Place, string Message)
{
    public override string ToString() => Place.Length == 0 ? Message : $"{Place}: {Message}";
}
