using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Certificates;
using Roost.Identity.Http;

namespace Roost.Identity.Things;

/// <summary><c>/api/v1/registry/things</c>.</summary>
internal sealed class ThingEndpoint(ThingRegistry registry, ThingOnboarding onboarding, ClientCertificates certificates, IPolicyAttachments policies)
{
    private const int MostChecked = 1000;
    private static readonly string[] s_description = ["name", "type", "attributes", "groups"];

    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () =>
    {
        PageAnswer.CheckParameters(context, "type", "group", "attribute", "pageSize", "nextToken");
        var (type, group, attribute) = (Parameter("type"), Parameter("group"), Parameter("attribute"));
        if (attribute is not null && !attribute.Contains('=', StringComparison.Ordinal))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"attribute is '{attribute}'; give a name and a value, like site=17");
        }

        var (key, value) = attribute is null ? ("", "") : (attribute[..attribute.IndexOf('=', StringComparison.Ordinal)], attribute[(attribute.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var found = registry.Snapshot.Things.Values
            .Where(thing => type is null || thing.Description.TypeName == type)
            .Where(thing => group is null || thing.Description.Groups.Contains(group, StringComparer.Ordinal))
            .Where(thing => attribute is null || (thing.Description.Attributes.TryGetValue(key, out var actual) && actual == value));
        return PageAnswer.WriteAsync(context, "things", found, static thing => thing.Description.Name, RegistryJson.Write);

        string? Parameter(string name) => context.Request.Query.TryGetValue(name, out var given) ? given.ToString() : null;
    });

    public Task GetAsync(HttpContext context, string thing) => IdentityAnswer.RunAsync(context, () =>
    {
        PageAnswer.CheckParameters(context);
        var record = registry.Snapshot.Things.GetValueOrDefault(thing) ?? throw ThingRegistry.Missing("thing", thing);
        return IdentityAnswer.WriteAsync(context, json => WriteWithCertificates(json, record));
    });

    /// <summary>Registers a thing, and unless told otherwise gives it the default policy and a certificate, whose key is in this answer and nowhere else.</summary>
    public Task AddAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, [.. s_description, "policies", "certificate", "signingRequest", "validity"]);
        var attached = request.Root.TryGetProperty("policies", out _) ? request.Texts("policies") : [ThingOnboarding.DefaultPolicy];
        var order = request.Root.TryGetProperty("certificate", out var wanted) && wanted.ValueKind == JsonValueKind.False ? null : CertificateEndpoint.ReadOrder(request);
        var (thing, issued) = await onboarding.AddAsync(ReadChange(request, request.NeededText("name")), order, attached, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("thing");
            RegistryJson.Write(json, registry.Snapshot.Things.GetValueOrDefault(thing.Name) ?? new ThingRecord(thing, thing.Groups, default));
            if (issued is not null)
            {
                json.WritePropertyName("certificate");
                CertificateJson.Write(json, issued);
            }

            json.WriteEndObject();
        });
    });

    public Task UpdateAsync(HttpContext context, string thing) => IdentityAnswer.RunAsync(context, async () =>
    {
        PageAnswer.CheckParameters(context, "expectedVersion");
        using var request = await JsonRequest.ReadAsync(context, "type", "attributes", "groups", "replaceAttributes", "replaceGroups");
        var change = ReadChange(request, thing) with
        {
            ReplacesAttributes = request.Flag("replaceAttributes"), ReplacesGroups = request.Flag("replaceGroups"), ExpectedVersion = ExpectedVersion(context), MustExist = true,
        };
        await registry.PutAsync(change, RequestIdentity.Of(context), context.RequestAborted);
        var record = registry.Snapshot.Things.GetValueOrDefault(thing) ?? throw ThingRegistry.Missing("thing", thing);
        await IdentityAnswer.WriteAsync(context, json => RegistryJson.Write(json, record));
    });

    public Task DeleteAsync(HttpContext context, string thing) => IdentityAnswer.RunAsync(context, async () =>
    {
        PageAnswer.CheckParameters(context, "expectedVersion");
        await registry.DeleteAsync(thing, ExpectedVersion(context), RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    /// <summary>Whether things could be added, without doing it: a fault for each that could not be, by its place in the list.</summary>
    public Task CheckAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "things", "policies");
        if (!request.Root.TryGetProperty("things", out var things) || things.ValueKind != JsonValueKind.Array || things.GetArrayLength() > MostChecked)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"'things' is missing, or has more than {MostChecked} items; send an array of objects with {string.Join(", ", s_description)}.");
        }

        if (request.Texts("policies").FirstOrDefault(policy => !policies.Exists(policy)) is { } missing)
        {
            throw new ChangeRefusedException(ChangeFault.NotFound, $"there is no policy '{missing}'; 'roost policy list' shows those that there are");
        }

        var faults = things.EnumerateArray().SelectMany((thing, index) => FaultsOf(thing).Select(fault => (Index: index, Fault: fault))).ToList();
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("faults");
            foreach (var (index, fault) in faults)
            {
                json.WriteStartObject();
                json.WriteNumber("index", index);
                json.WriteString("message", fault.Message);
                json.WriteBoolean("isThere", fault.Fault == ChangeFault.Conflict);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    private static ThingChange ReadChange(JsonRequest request, string name) => new(name)
    {
        TypeName = request.Text("type"),
        Attributes = ReadAttributes(request.Root),
        Groups = request.Root.TryGetProperty("groups", out _) ? request.Texts("groups") : null,
    };

    private static Dictionary<string, string>? ReadAttributes(JsonElement element)
    {
        if (!element.TryGetProperty("attributes", out var attributes) || attributes.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (attributes.ValueKind != JsonValueKind.Object || attributes.EnumerateObject().Any(static attribute => attribute.Value.ValueKind != JsonValueKind.String))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, "'attributes' is no object of texts; send an object whose values are strings.");
        }

        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in attributes.EnumerateObject())
        {
            try
            {
                read[attribute.Name] = attribute.Value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw new ChangeRefusedException(ChangeFault.Invalid, "'attributes' holds half of a character (an unpaired surrogate); send valid text.");
            }
        }

        return read;
    }

    private static long? ExpectedVersion(HttpContext context) => !context.Request.Query.TryGetValue("expectedVersion", out var given) ? null
        : long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
        : throw new ChangeRefusedException(ChangeFault.Invalid, "expectedVersion is no number");

    /// <returns>Null: it could be added.</returns>
    /// <summary>Its parts are judged one by one, so that each of them is told; only where they are all good, the whole.</summary>
    private List<ChangeRefusedException> FaultsOf(JsonElement thing)
    {
        if (thing.ValueKind != JsonValueKind.Object || !thing.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            return [new ChangeRefusedException(ChangeFault.Invalid, "it has no name")];
        }

        ThingChange whole;
        try
        {
            whole = new ThingChange(name.GetString()!)
            {
                TypeName = thing.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null,
                Attributes = ReadAttributes(thing),
                Groups = thing.TryGetProperty("groups", out var given) && given.ValueKind == JsonValueKind.Array ? [.. given.EnumerateArray().Select(static group => group.ValueKind == JsonValueKind.String ? group.GetString()! : "")] : null,
                MustBeNew = true,
            };
        }
        catch (ChangeRefusedException refused)
        {
            return [refused];
        }

        var bare = new ThingChange(whole.Name) { MustBeNew = true };
        if (FaultOf(bare) is { } ofName)
        {
            return [ofName];
        }

        var parts = new List<ThingChange> { bare with { TypeName = whole.TypeName } };
        parts.AddRange((whole.Groups ?? []).Select(group => bare with { Groups = [group] }));
        parts.AddRange((whole.Attributes ?? new Dictionary<string, string>()).Select(attribute => bare with { Attributes = new Dictionary<string, string> { [attribute.Key] = attribute.Value } }));
        var faults = parts.Select(FaultOf).OfType<ChangeRefusedException>().ToList();
        return faults.Count == 0 && FaultOf(whole) is { } ofAll ? [ofAll] : faults;
    }

    private ChangeRefusedException? FaultOf(ThingChange change)
    {
        try
        {
            registry.Check(change);
            return null;
        }
        catch (ChangeRefusedException refused)
        {
            return refused;
        }
    }

    private void WriteWithCertificates(Utf8JsonWriter json, ThingRecord thing)
    {
        json.WriteStartObject();
        RegistryJson.WriteMembers(json, thing.Description, thing.DirectGroups);
        json.WriteString("createdAt", thing.CreatedAt);
        json.WriteStartArray("certificates");
        foreach (var certificate in certificates.Of(thing.Description.Name))
        {
            CertificateJson.Write(json, certificate);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
