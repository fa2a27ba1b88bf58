using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Roost.Identity.Policies.Documents;

/// <summary>
/// Reads policies in AWS IoT's JSON. Strict: whatever is not understood is refused with its place, as a policy that means less than its author thinks lets
/// somebody in.
/// </summary>
internal sealed class PolicyReader
{
    private const string Current = "2012-10-17";
    private const string Old = "2008-10-17";
    private const int MostSid = 128;

    private readonly List<PolicyFault> _faults = [];
    private bool _hasVariables;

    private PolicyReader()
    {
    }

    /// <returns>Null: it cannot be taken; <paramref name="faults"/> says why, all of it at once.</returns>
    public static PolicyDocument? Read(string text, out IReadOnlyList<PolicyFault> faults)
    {
        var reader = new PolicyReader();
        var document = reader.ReadText(text);
        faults = reader._faults;
        return faults.Count == 0 ? document : null;
    }

    private PolicyDocument? ReadText(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) is var bytes and > PolicyLimits.MostBytes)
        {
            Add("", $"the policy has {bytes} bytes; use at most {PolicyLimits.MostBytes}, or several policies");
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = PolicyLimits.MostDepth, AllowDuplicateProperties = false });
            return ReadRoot(json.RootElement);
        }
        catch (JsonException exception)
        {
            Add("", exception.LineNumber is { } line ? $"it is no valid JSON (line {line + 1}, byte {exception.BytePositionInLine + 1}): {FirstSentence(exception.Message)}" : $"it is no valid JSON: {FirstSentence(exception.Message)}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            Add("", "a text in it holds half of a character (\\uD800 to \\uDFFF); take it out");
        }

        return null;
    }

    private PolicyDocument? ReadRoot(JsonElement root)
    {
        if (!IsObject(root, "", "Version", "Id", "Statement"))
        {
            return null;
        }

        var version = TextOf(root, "", "Version");
        if (version is not (Current or Old or null))
        {
            Add("Version", $"'{version}' is no version of policies; use {Current}");
        }

        _hasVariables = version != Old;
        if (!root.TryGetProperty("Statement", out var statements))
        {
            Add("", "Statement is missing; write a list of statements");
            return null;
        }

        var list = statements.ValueKind == JsonValueKind.Array ? [.. statements.EnumerateArray()] : new List<JsonElement> { statements };
        if (list.Count is 0 or > PolicyLimits.MostStatements)
        {
            Add("Statement", $"there are {list.Count} statements; use 1 to {PolicyLimits.MostStatements}");
            return null;
        }

        var read = list.Select((statement, index) => ReadStatement(statement, index + 1)).OfType<PolicyStatement>().ToList();
        foreach (var twice in read.Where(statement => statement.Sid is not null).GroupBy(statement => statement.Sid, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            Add("Statement", $"Sid '{twice.Key}' is there {twice.Count()} times; give each statement its own");
        }

        return new PolicyDocument(read);
    }

    private PolicyStatement? ReadStatement(JsonElement json, int number)
    {
        var place = $"statement {number}";
        if (!IsObject(json, place, "Sid", "Effect", "Action", "Resource", "Condition"))
        {
            return null;
        }

        var sid = json.TryGetProperty("Sid", out _) ? TextOf(json, place, "Sid") : null;
        if (sid is not null && (sid.Length is 0 or > MostSid || sid.AsSpan().ContainsAnyExcept(_sidLetters)))
        {
            Add($"{place}, Sid", $"use 1 to {MostSid} letters, digits, spaces, - and _");
            sid = null;
        }

        place = sid is null ? place : $"{place} ({sid})";
        var effect = TextOf(json, place, "Effect");
        if (effect is not ("Allow" or "Deny" or null))
        {
            Add($"{place}, Effect", $"'{Cut(effect)}' is no effect; use Allow or Deny");
        }

        var actions = new HashSet<string>(StringComparer.Ordinal);
        var named = new List<string>();
        foreach (var text in TextsOf(json, place, "Action"))
        {
            var meant = KnownActions.Meant(text);
            if (meant.Count == 0)
            {
                Add($"{place}, Action", $"'{Cut(text)}' is no action of this gateway.{Nearest.Advice(text, KnownActions.All)}");
            }

            actions.UnionWith(meant);
            if (meant is [var one] && one == text)
            {
                named.Add(one);
            }
        }

        var resources = new List<PolicyResource>();
        foreach (var text in TextsOf(json, place, "Resource"))
        {
            if (PolicyResource.Read(text, out var fault) is not { } resource)
            {
                Add($"{place}, Resource", fault);
            }
            else if (!_hasVariables && text.Contains("${", StringComparison.Ordinal))
            {
                Add($"{place}, Resource", $"'{Cut(text)}' has a variable, which Version {Old} does not know; use {Current}");
            }
            else
            {
                resources.Add(resource);
            }
        }

        var idle = resources.Find(resource => actions.Count > 0 && !actions.Any(action => resource.IsOf(KnownActions.ServiceOf(action))));
        if (idle is not null)
        {
            Add($"{place}, Resource", $"'{Cut(idle.Text)}' fits no action of the statement; write the service of its actions into the ARN");
        }
        else if (effect == "Deny" && actions.Count > 0)
        {
            CheckDeny(place, actions, named, resources);
        }

        var conditions = json.TryGetProperty("Condition", out var block) ? new ConditionReader(_faults, $"{place}, Condition", _hasVariables).Read(block) : [];
        return new PolicyStatement(number, sid, effect == "Deny", actions.ToFrozenSet(StringComparer.Ordinal), resources, conditions);
    }

    /// <param name="named">Those of the actions that are written out: each of them has to be denied on something.</param>
    private void CheckDeny(string place, HashSet<string> actions, List<string> named, List<PolicyResource> resources)
    {
        var idle = resources.Find(resource => DenyReach.FaultOf(resource, actions) is not null);
        if (idle is not null)
        {
            Add($"{place}, Resource", $"'{Cut(idle.Text)}' {DenyReach.FaultOf(idle, actions)}");
        }
        else if (resources.Count > 0 && named.Find(action => !DenyReach.Reaches(action, resources)) is { } missed)
        {
            Add($"{place}, Action", $"{missed} is about {(KnownActions.HeadOf(missed) is KnownActions.WithoutResource ? "*" : KnownActions.HeadOf(missed) + "...")}, and no resource of this Deny is, so it would not be denied; add one, or leave the action out");
        }
    }

    private static readonly System.Buffers.SearchValues<char> _sidLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -_");

    private bool IsObject(JsonElement json, string place, params string[] keys)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Add(place, "it is no JSON object; write { ... }");
            return false;
        }

        foreach (var member in json.EnumerateObject().Where(member => !keys.Contains(member.Name)))
        {
            Add(place, member.Name switch
            {
                "NotAction" or "NotResource" => $"{member.Name} is not known, as in AWS IoT; name what is meant, and use Deny for exceptions",
                "Principal" or "NotPrincipal" => $"{member.Name} is not known; attach the policy to those whom it concerns",
                _ => $"there is no key '{Cut(member.Name)}'.{Nearest.Advice(member.Name, keys)}",
            });
        }

        return true;
    }

    private string? TextOf(JsonElement json, string place, string key)
    {
        if (json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Add(place, json.TryGetProperty(key, out _) ? $"{key} is no text; write it in quotes" : $"{key} is missing");
        return null;
    }

    private List<string> TextsOf(JsonElement json, string place, string key)
    {
        if (!json.TryGetProperty(key, out var value))
        {
            Add(place, $"{key} is missing");
            return [];
        }

        return JsonTexts.Of(value, fault => Add($"{place}, {key}", fault));
    }

    private void Add(string place, string message)
    {
        if (_faults.Count < PolicyLimits.MostFaults)
        {
            _faults.Add(new PolicyFault(place, message));
        }
    }

    private static string FirstSentence(string message) => message.Split(". ", 2)[0] + ".";

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
