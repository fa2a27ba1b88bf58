namespace Roost.Streams;

/// <summary>Where an export goes.</summary>
public enum ExportTarget
{
    /// <summary>One message a record over <see cref="CloudMqttOptions"/>.</summary>
    Mqtt,

    /// <summary>Objects in a store that speaks S3.</summary>
    S3,

    /// <summary>Requests to a web server.</summary>
    Http,

    /// <summary>Files in a folder.</summary>
    File,
}
