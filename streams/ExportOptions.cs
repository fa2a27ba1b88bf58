namespace Roost.Streams;

/// <summary>One stream on its way to one target.</summary>
public sealed class ExportOptions
{
    public string Stream { get; set; } = "";

    public ExportTarget To { get; set; } = ExportTarget.Mqtt;

    /// <summary>
    /// Tells the exports of one stream apart, and names the durable position: a renamed export begins anew. Default: the target's name.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>Topic at the target. <c>{stream}</c> stands for the stream's name, <c>{key}</c> and <c>{topic}</c> for a record's key, which is its topic when it came by MQTT.</summary>
    public string Topic { get; set; } = "";

    /// <summary>Only 1: a record counts as exported once it is acknowledged, and offsets in the record tell a repetition.</summary>
    public int Qos { get; set; } = 1;

    /// <summary>Records sent and not yet durably noted as acknowledged, at most: what a reconnect or a crash may repeat. Default 100, 1 to 10,000.</summary>
    public int MaxInflight { get; set; } = 100;

    /// <summary>Where a new export begins. Afterwards its position counts.</summary>
    public ExportStart From { get; set; } = ExportStart.Oldest;

    /// <summary>When a batch is closed. MQTT without it: one message a record, its payload unchanged.</summary>
    public ExportBatchOptions? Batch { get; set; }

    /// <summary>How the records of a batch follow each other.</summary>
    public BatchFormat Format { get; set; } = BatchFormat.Ndjson;

    /// <summary>How a batch is packed. Null: as is usual for the target.</summary>
    public BatchCompression? Compress { get; set; }

    /// <summary>Where to, when <see cref="To"/> is a web server.</summary>
    public ExportHttpOptions? Http { get; set; }

    /// <summary>Where to, when <see cref="To"/> is files in a folder.</summary>
    public ExportFileOptions? File { get; set; }

    /// <summary>Where in the store of <see cref="CloudS3Options"/>, when <see cref="To"/> is one. Null: its defaults.</summary>
    public ExportS3Options? S3 { get; set; }

    internal string EffectiveName => Name ?? To.ToString().ToLowerInvariant();
}
