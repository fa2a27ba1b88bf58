namespace Roost.Streams;

/// <summary>How a batch is sent to a web server.</summary>
public enum ExportHttpMethod
{
    Post,

    Put,
}
