using System.Text.Json;

namespace Roost.Identity.Provisioning;

/// <summary>The question to a pre-provisioning function, and what its answer means, as AWS IoT has them.</summary>
internal sealed class ProvisioningHooks(TimeProvider clock, IProvisioningHook? hook = null)
{
    /// <summary>AWS IoT's.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private const int MostOverrides = 64;

    /// <summary>Whether there is such a function. Without anybody who knows functions there is none.</summary>
    public bool Exists(string function) => hook?.Exists(function) == true;

    /// <returns>The parameters that the function sets.</returns>
    /// <exception cref="ProvisioningRefusedException">It says no, fails, does not answer in time or not in the form that is asked for.</exception>
    public async Task<IReadOnlyDictionary<string, string>> AskAsync(
        string function, string template, Ownership ownership, ProvisioningCaller caller, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        if (!Exists(function))
        {
            throw Denied($"there is no function '{function}', which is to be asked");
        }

        var question = JsonSerializer.SerializeToUtf8Bytes(new
        {
            claimCertificateId = caller.Principal.Name,
            certificateId = ownership.Fingerprint,
            certificatePem = ownership.Pem,
            templateArn = $"arn:aws:iot:local:000000000000:provisioningtemplate/{template}",
            clientId = caller.ClientIdentifier,
            parameters,
        });
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = await hook!.AskAsync(function, question, either.Token).WaitAsync(either.Token);
            return answer is { } json ? Read(json, function) : throw Denied($"the hook '{function}' failed; 'roost fn logs {function}' says why");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Denied($"the hook '{function}' has not answered within {Limit.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Denied($"the hook '{function}' has not answered with {{\"allowProvisioning\": ..., \"parameterOverrides\": {{...}}}}");
        }
    }

    /// <summary>Only <c>true</c> is a yes: neither a text nor a number.</summary>
    private static Dictionary<string, string> Read(ReadOnlyMemory<byte> json, string function)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
        if (!document.RootElement.TryGetProperty("allowProvisioning", out var allow) || allow.ValueKind != JsonValueKind.True)
        {
            throw Denied($"the hook '{function}' has not allowed it");
        }

        if (!document.RootElement.TryGetProperty("parameterOverrides", out var overrides) || overrides.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return overrides.GetPropertyCount() <= MostOverrides
            ? overrides.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString() ?? throw Denied($"the hook '{function}' overrides '{property.Name}' with null"))
            : throw Denied($"the hook '{function}' overrides more than {MostOverrides} parameters");
    }

    private static ProvisioningRefusedException Denied(string reason) => new(ProvisioningFault.AccessDenied, "Access denied.", reason);
}
