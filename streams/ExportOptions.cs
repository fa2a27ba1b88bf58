namespace Roost.Streams;

/// <summary>One stream on its way to one target.</summary>
public sealed class ExportOptions
{
    // Enough for small records, or batches, over a link with a round trip of 100 ms, and a resend that nobody minds.
    private const int UsualRecordsInflight = 1000;
    private const int UsualBatchesInflight = 64;

    public string Stream { get; set; } = "";

    public ExportTarget To { get; set; } = ExportTarget.Mqtt;

    /// <summary>
    /// Tells the exports of one stream apart, and names the durable position: a renamed export begins anew. Default: the target's name.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>For <see cref="ExportTarget.Mqtt"/>: topic at the server. <c>{stream}</c> stands for the stream's name, <c>{key}</c> and <c>{topic}</c> for a record's key, which is its topic when it came by MQTT.</summary>
    public string Topic { get; set; } = "";

    /// <summary>For <see cref="ExportTarget.Mqtt"/> without <see cref="Batch"/>: whether the payload is the record's own.</summary>
    public MqttEnvelope Envelope { get; set; } = MqttEnvelope.Auto;

    /// <summary>Only 1: a record counts as exported once it is acknowledged, and offsets in the record tell a repetition.</summary>
    public int Qos { get; set; } = 1;

    /// <summary>
    /// What is sent and not yet durably noted as acknowledged, at most, which a reconnect or a crash may repeat: messages over MQTT, else
    /// batches. Null: the target's default, over MQTT 1,000, or 64 with <see cref="Batch"/>. 1 to 10,000 messages, or 1 to 64 batches.
    /// </summary>
    public int? MaxInflight { get; set; }

    /// <summary>Where a new export begins. Afterwards its position counts.</summary>
    public ExportStart From { get; set; } = ExportStart.Oldest;

    /// <summary>When a batch is closed. MQTT without it: one message a record, its payload unchanged.</summary>
    public ExportBatchOptions? Batch { get; set; }

    /// <summary>How the records of a batch follow each other.</summary>
    public BatchFormat Format { get; set; } = BatchFormat.Ndjson;

    /// <summary>How a batch is packed. Null: as is usual for the target.</summary>
    public BatchCompression? Compress { get; set; }

    /// <summary>Of exports that wait for the same bandwidth, those with 1 go first. Default 5, 1 to 9.</summary>
    public int Priority { get; set; } = 5;

    /// <summary>The export waits at its position; an operator may resume it.</summary>
    public bool Paused { get; set; }

    public ExportLimitOptions Limit { get; set; } = new();

    public ExportRetryOptions Retry { get; set; } = new();

    /// <summary>What becomes of a record that the target will never take.</summary>
    public PoisonPolicy Refused { get; set; } = PoisonPolicy.DeadLetter;

    /// <summary>In which order it catches up after an outage.</summary>
    public BacklogOrder Backlog { get; set; } = BacklogOrder.InOrder;

    /// <summary>Times of the day at which it sends, in local time, like <c>01:00-05:00</c> or <c>sat,sun 00:00-24:00</c>. Empty (default): always.</summary>
    public IList<string> Windows { get; set; } = [];

    /// <summary>A program that exits with 0 while the export may send: on wifi, on mains. Null (default): always.</summary>
    public string? OnlyIf { get; set; }

    /// <summary>Where to, when <see cref="To"/> is a web server.</summary>
    public ExportHttpOptions? Http { get; set; }

    /// <summary>Where to, when <see cref="To"/> is files in a folder.</summary>
    public ExportFileOptions? File { get; set; }

    /// <summary>Where in the store of <see cref="CloudS3Options"/>, when <see cref="To"/> is one. Null: its defaults.</summary>
    public ExportS3Options? S3 { get; set; }

    internal int MessagesInflight => MaxInflight ?? (Batch is null ? UsualRecordsInflight : UsualBatchesInflight);

    internal string EffectiveName => Name ?? To.ToString().ToLowerInvariant();
}
