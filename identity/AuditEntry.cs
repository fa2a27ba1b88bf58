using System.Text;

namespace Roost.Identity;

/// <summary>One thing that happened. Never holds a secret.</summary>
/// <param name="Action">What it was, by its dotted name: <c>connect</c>, <c>disconnect</c>, <c>deny.connect</c>, <c>deny.publish</c>, <c>certificate.create</c>, <c>policy.attach</c>.</param>
public sealed record AuditEntry(string Action)
{
    /// <summary><see cref="Principal.Id"/> of who did it, or claimed to be it; <c>local</c> for the unix socket and loopback; null: unknown.</summary>
    public string? Principal { get; init; }

    public string? Thing { get; init; }

    public string? ClientId { get; init; }

    /// <summary>Address and port, or the unix socket's user.</summary>
    public string? Source { get; init; }

    /// <summary>What it was done to: a topic, a policy's name, a request's method and path without its query.</summary>
    public string? Resource { get; init; }

    /// <summary>Of a denial, a sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>For the log: one line, only what is known, as others' names may hold anything.</summary>
    public override string ToString()
    {
        var line = new StringBuilder(Action);
        Add(" of ", Resource);
        Add(" by ", Principal);
        Add(" as client ", ClientId);
        Add(" from ", Source);
        Add(": ", Reason);
        return line.ToString();

        void Add(string before, string? text)
        {
            if (text is not null)
            {
                line.Append(before);
                foreach (var character in text)
                {
                    line.Append(char.IsControl(character) ? '\uFFFD' : character);
                }
            }
        }
    }
}
