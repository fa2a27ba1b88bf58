namespace Roost.Mqtt;

/// <summary>What the server says next in an exchange of AUTH packets.</summary>
public sealed class AuthenticationStep
{
    private AuthenticationStep()
    {
    }

    /// <summary>Null while the exchange goes on.</summary>
    public ClientAdmission? Admission { get; private init; }

    /// <summary>Authentication Data for the client; null: none.</summary>
    public ReadOnlyMemory<byte>? Data { get; private init; }

    /// <summary>The client has to send more: AUTH with 0x18 goes out.</summary>
    public static AuthenticationStep Continue(ReadOnlyMemory<byte>? data = null) => new() { Data = data };

    /// <summary>The exchange is over: CONNACK goes out, or AUTH with 0x00 where the client authenticated again, or the refusal.</summary>
    public static AuthenticationStep Complete(ClientAdmission admission, ReadOnlyMemory<byte>? data = null) => new() { Admission = admission, Data = data };
}
