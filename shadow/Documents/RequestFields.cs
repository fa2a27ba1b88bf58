using System.Text.Json;

namespace Roost.Shadow.Documents;

/// <summary>
/// Collects the fields of one request. It reads to the end whatever it finds, because the token may stand behind the fault that it
/// is to be sent back with; of several faults the one that <see cref="Fault"/> names first is reported. Of a repeated key the last
/// value counts, but a fault in an earlier one is a fault all the same.
/// </summary>
internal sealed class RequestFields(ShadowLimits limits, long now)
{
    private readonly StateReader _values = new(limits.MaxDepth, now);
    private bool _hasState;
    private ShadowError? _stateFault;
    private ShadowError? _versionFault;

    public bool SkipsState { get; init; }

    public string? ClientToken { get; private set; }

    public ShadowError? TokenFault { get; private set; }

    public long? Version { get; private set; }

    public bool StateIsNull { get; private set; }

    public StateNode? Desired { get; private set; }

    public StateNode? Reported { get; private set; }

    public ShadowError? Fault =>
        !_hasState ? ShadowError.MissingState
        : _stateFault ?? (_values.TooDeep ? ShadowError.TooDeep(limits.MaxDepth)
            : _values.NullInArray ? ShadowError.InvalidNode
            : TokenFault ?? _versionFault);

    /// <returns>False when the text is JSON but no object.</returns>
    public bool Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "state" when !SkipsState:
                    ReadState(ref reader);
                    break;
                case "clientToken":
                    ReadToken(ref reader);
                    break;
                case "version" when !SkipsState:
                    ReadVersion(ref reader);
                    break;
                default:
                    reader.Skip(); // unknown keys beside state are ignored and not stored
                    break;
            }
        }

        return !reader.Read(); // nothing may follow; the reader throws where something does
    }

    private void ReadState(ref Utf8JsonReader reader)
    {
        (_hasState, StateIsNull, Desired, Reported) = (true, false, null, null);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            StateIsNull = reader.TokenType == JsonTokenType.Null;
            _stateFault ??= StateIsNull ? null : ShadowError.StateNotObject;
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString();
            reader.Read();
            var isSection = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null;
            switch (key)
            {
                case "desired" when isSection:
                    Desired = _values.Read(ref reader);
                    break;
                case "reported" when isSection:
                    Reported = _values.Read(ref reader);
                    break;
                default:
                    _stateFault ??= key switch
                    {
                        "desired" => ShadowError.DesiredNotObject,
                        "reported" => ShadowError.ReportedNotObject,
                        _ => ShadowError.InvalidNode,
                    };
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadToken(ref Utf8JsonReader reader)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        var valid = text is null ? reader.TokenType == JsonTokenType.Null : RequestReader.IsToken(text);
        ClientToken = valid ? text : null;
        TokenFault ??= valid ? null : ShadowError.InvalidClientToken;
        reader.Skip();
    }

    private void ReadVersion(ref Utf8JsonReader reader)
    {
        var valid = reader.TokenType == JsonTokenType.Null;
        Version = null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var version) && version >= 0)
        {
            (valid, Version) = (true, version);
        }

        _versionFault ??= valid ? null : ShadowError.InvalidVersion;
        reader.Skip();
    }
}
