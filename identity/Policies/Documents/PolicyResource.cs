using Roost.Identity.Policies.Access;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Documents;

/// <summary>What a statement is about: the end of an ARN, or everything. Partition, region and account do not count, as a gateway is one account.</summary>
internal sealed class PolicyResource
{
    /// <summary>Stands for every service.</summary>
    public const string AnyService = "*";

    private const int PartsBeforeResource = 5;

    private static readonly string[] _services = ["iot", "lambda", "roost", AnyService];

    private static readonly string[] _iotHeads = ["topic/", "topicfilter/", "client/", "thing/"];

    private readonly TextTemplate _template;

    private PolicyResource(string service, string text, TextTemplate template)
    {
        Service = service;
        Text = text;
        _template = template;
    }

    public string Service { get; }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Behind the account, as it was written.</summary>
    public string Short => _template.Text;

    /// <summary>With whatever could stand in its variables.</summary>
    public WildcardPattern Widest => new(_template.Widest);

    public IEnumerable<string> Variables => _template.Variables;

    public bool IsOf(string service) => Service == AnyService || Service == service;

    public static PolicyResource? Read(string text, out string fault)
    {
        if (text == "*")
        {
            return new PolicyResource(AnyService, text, TextTemplate.Read(text, hasWildcards: true, out fault)!);
        }

        if (Split(text) is not { } arn)
        {
            fault = $"'{Cut(text)}' is no ARN; write * or arn:aws:iot:REGION:ACCOUNT:topic/NAME, where region and account do not matter and may be *";
            return null;
        }

        if (!_services.Contains(arn.Service))
        {
            fault = $"'{Cut(text)}' is of service '{Cut(arn.Service)}', which is not here; use iot, lambda or roost";
            return null;
        }

        if (TextTemplate.Read(arn.Resource, hasWildcards: true, out fault) is not { } template)
        {
            return null;
        }

        if (arn.Service == "iot" && !IsIot(template))
        {
            fault = $"'{Cut(text)}' is nothing of this gateway; behind the account write topic/NAME, topicfilter/FILTER, client/ID or thing/NAME.{Nearest.Advice(template.Head.Split('/')[0] + "/", _iotHeads)}";
            return null;
        }

        return new PolicyResource(arn.Service, text, template);
    }

    /// <param name="isDeny">A variable without a value makes an Allow match nothing and a Deny match whatever could stand there.</param>
    public IEnumerable<WildcardPattern> Fill(PolicyVariables variables, bool isDeny) => _template.Constant is { } constant
        ? [constant]
        : _template.Fill(variables, isDeny ? PatternCode.Any.ToString() : null).Select(code => new WildcardPattern(code));

    private static bool IsIot(TextTemplate template)
    {
        var head = template.Head;
        return _iotHeads.Any(known => head.StartsWith(known, StringComparison.Ordinal) || (!template.IsLiteral && known.StartsWith(head, StringComparison.Ordinal)));
    }

    /// <summary>Cuts at the first five colons; a variable may stand only behind them.</summary>
    private static (string Service, string Resource)? Split(string text)
    {
        var parts = text.Split(':', PartsBeforeResource + 1);
        return parts.Length == PartsBeforeResource + 1 && parts[0] == "arn" && parts[1].Length > 0 && parts[5].Length > 0 && !parts.Take(PartsBeforeResource).Any(part => part.Contains('$'))
            ? (parts[2], parts[5])
            : null;
    }

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
