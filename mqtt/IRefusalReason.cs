namespace Roost.Mqtt;

/// <summary>What a tag of <see cref="ClientAdmission.Refuse"/> may be: it says to the log what the client is not told.</summary>
public interface IRefusalReason
{
    /// <summary>A sentence without secrets, of names that the client may have chosen.</summary>
    string Reason { get; }
}
