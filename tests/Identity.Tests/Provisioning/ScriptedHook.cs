using System.Text;
using System.Text.Json;

namespace Roost.Identity.Tests.Provisioning;

/// <summary>A function that answers what the test says.</summary>
internal sealed class ScriptedHook : IProvisioningHook
{
    /// <summary>Null: it fails. Its task may never end.</summary>
    public Func<Task<string?>> Answer { get; set; } = () => Task.FromResult<string?>("""{"allowProvisioning": true}""");

    public HashSet<string> Missing { get; } = new(StringComparer.Ordinal);

    public bool Exists(string function) => !Missing.Contains(function);

    public JsonElement LastQuestion { get; private set; }

    public async Task<ReadOnlyMemory<byte>?> AskAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(payload);
        LastQuestion = document.RootElement.Clone();
        return await Answer() is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }
}
