namespace Roost.Streams.Export.Web;

/// <summary>A file or secret that the configuration of a web server names cannot be used; the message says which and why, without what is in it.</summary>
internal sealed class WebFileException(string key, string place, string why, Exception? innerException = null)
    : Exception($"{key} ({place}) cannot be used: {why.TrimEnd('.')}.", innerException);
