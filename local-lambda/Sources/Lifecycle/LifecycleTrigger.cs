using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Sources.Lifecycle;

/// <summary><c>{ lifecycle: start }</c></summary>
internal sealed record LifecycleTrigger(string On) : Trigger
{
    public const string Kind = "lifecycle";
    public const string Start = "start";
    public const string Stop = "stop";
    public const string CloudConnected = "cloud-connected";
    public const string CloudDisconnected = "cloud-disconnected";

    private static readonly string[] s_all = [Start, Stop, CloudConnected, CloudDisconnected];

    public static LifecycleTrigger? Read(YamlFields fields, string place)
    {
        fields.RefuseOthers(Kind);
        if (fields.Text(Kind) is { } on && s_all.Contains(on))
        {
            return new LifecycleTrigger(on);
        }

        fields.Fault(Kind, $"use {string.Join(", ", s_all)}");
        return null;
    }
}
