namespace Roost.Shadow.Documents;

/// <summary>What a request leads to: either <see cref="Fault"/>, or a record to keep and messages to send.</summary>
internal readonly struct ShadowOutcome
{
    private ShadowOutcome(ShadowError? fault, ShadowRecord? record, ShadowMessages? messages, string? clientToken)
    {
        Fault = fault;
        Record = record;
        Messages = messages;
        ClientToken = clientToken;
    }

    public ShadowError? Fault { get; }

    /// <summary>The new record; null when nothing changes.</summary>
    public ShadowRecord? Record { get; }

    /// <summary>The record after the request; null when it was refused.</summary>
    public ShadowRecord? After { get; private init; }

    public ShadowMessages? Messages { get; }

    /// <summary>What the client gave to recognise the answer by; null without one.</summary>
    public string? ClientToken { get; }

    public static ShadowOutcome Refused(ShadowError fault, string? clientToken) => new(fault, null, null, clientToken);

    public static ShadowOutcome Changed(ShadowRecord record, ShadowMessages messages, string? clientToken) => new(null, record, messages, clientToken) { After = record };

    public static ShadowOutcome Unchanged(ShadowRecord current, ShadowMessages messages, string? clientToken) => new(null, null, messages, clientToken) { After = current };
}
