using System.Collections.Frozen;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Documents;

/// <summary>The actions that this gateway asks for, as AWS names them, and Roost's own.</summary>
internal static class KnownActions
{
    public const string Connect = "iot:Connect";
    public const string Publish = "iot:Publish";
    public const string RetainPublish = "iot:RetainPublish";
    public const string Subscribe = "iot:Subscribe";
    public const string Receive = "iot:Receive";

    /// <summary>What is asked about where an action has no resource.</summary>
    public const string WithoutResource = "*";

    private static readonly string[] _iot =
    [
        Connect, Publish, RetainPublish, Subscribe, Receive,
        "iot:GetRetainedMessage", "iot:ListRetainedMessages",
        "iot:GetThingShadow", "iot:UpdateThingShadow", "iot:DeleteThingShadow", "iot:ListNamedShadowsForThing",
        "iot:GetConnection", "iot:DeleteConnection", "iot:ListSubscriptions", "iot:SendDirectMessage",
    ];

    private static readonly string[] _lambda =
    [
        "lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:InvokeFunctionUrl",
        "lambda:CreateFunction", "lambda:GetFunction", "lambda:DeleteFunction", "lambda:ListFunctions",
        "lambda:UpdateFunctionCode", "lambda:GetFunctionConfiguration", "lambda:UpdateFunctionConfiguration",
        "lambda:PublishVersion", "lambda:ListVersionsByFunction",
        "lambda:CreateAlias", "lambda:GetAlias", "lambda:UpdateAlias", "lambda:DeleteAlias", "lambda:ListAliases",
        "lambda:PutFunctionConcurrency", "lambda:GetFunctionConcurrency", "lambda:DeleteFunctionConcurrency",
        "lambda:PutFunctionEventInvokeConfig", "lambda:UpdateFunctionEventInvokeConfig", "lambda:GetFunctionEventInvokeConfig",
        "lambda:DeleteFunctionEventInvokeConfig", "lambda:ListFunctionEventInvokeConfigs",
        "lambda:CreateEventSourceMapping", "lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:ListEventSourceMappings",
        "lambda:CreateFunctionUrlConfig", "lambda:GetFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig", "lambda:DeleteFunctionUrlConfig", "lambda:ListFunctionUrlConfigs",
        "lambda:TagResource", "lambda:UntagResource", "lambda:ListTags", "lambda:GetAccountSettings",
    ];

    private static readonly string[] _roost = ["roost:Read", "roost:Write", "roost:ReadMetrics", "roost:ManageIdentity", "roost:GrantToFunction"];

    public static FrozenSet<string> All { get; } = _iot.Concat(_lambda).Concat(_roost).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Those that an <c>Action</c> means, which may hold <c>*</c> and <c>?</c>; empty: there are none.</summary>
    public static IReadOnlyList<string> Meant(string text)
    {
        var pattern = new WildcardPattern(text.Replace('*', PatternCode.Any).Replace('?', PatternCode.One));
        return [.. All.Where(action => pattern.Matches(action))];
    }

    /// <summary>What every resource begins with that the action is asked on; <see cref="WithoutResource"/>: it is asked on that alone.</summary>
    public static string HeadOf(string action) => action switch
    {
        Publish or RetainPublish or Receive or "iot:GetRetainedMessage" => "topic/",
        Subscribe => "topicfilter/",
        Connect or "iot:GetConnection" or "iot:DeleteConnection" or "iot:ListSubscriptions" or "iot:SendDirectMessage" => "client/",
        "iot:GetThingShadow" or "iot:UpdateThingShadow" or "iot:DeleteThingShadow" or "iot:ListNamedShadowsForThing" => "thing/",
        "iot:ListRetainedMessages" or "lambda:ListFunctions" or "lambda:ListEventSourceMappings" or "lambda:GetAccountSettings" or "roost:ReadMetrics" or "roost:ManageIdentity" => WithoutResource,
        "roost:Read" or "roost:Write" => "api/v1/",
        _ => "function:", // Lambda's, and what functions are given
    };

    /// <summary>What stands before the colon.</summary>
    public static string ServiceOf(string action) => action[..action.IndexOf(':')];
}
