namespace Roost.Streams.Export.Web;

/// <summary>The server's certificate was not accepted; the message is the end of a sentence, with what to do.</summary>
internal sealed class ServerCertificateException(string why, bool isClock) : Exception(why)
{
    /// <summary>The clock of this machine may be all that is wrong: it comes right by itself once it is synchronized.</summary>
    public bool IsClock => isClock;
}
