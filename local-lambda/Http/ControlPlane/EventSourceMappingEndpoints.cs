using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Sources.Streams;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Create, Get, Update, Delete and ListEventSourceMappings: which streams of the gateway feed which functions.</summary>
internal sealed class EventSourceMappingEndpoints(FunctionHost host)
{
    public async Task<JsonObject?> CreateAsync(HttpContext http)
    {
        var request = await RequestParameters.ReadAsync(http);
        var arn = ReadFunction(request);
        var source = request.RequiredText("EventSourceArn", max: 350);
        if (!StreamArn.TryParse(source, out var stream))
        {
            throw RequestRefusedException.InvalidParameter($"eventSourceArn: {source} is no stream here; use {StreamArn.Of("NAME")}.");
        }

        CallerRights.Demand(http, "roost:Read", CallerRights.RecordsOf(stream)); // the function reads what its maker could not
        var position = request.OneOf("StartingPosition", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP") ?? throw request.Missing("StartingPosition");
        var created = new EventSourceMapping
        {
            UUID = Guid.NewGuid().ToString("D"),
            FunctionName = arn.Name,
            EventSourceArn = StreamArn.Of(stream),
            StartingPosition = position,
            StartingPositionTimestamp = request.Seconds("StartingPositionTimestamp"),
        };
        if ((position == "AT_TIMESTAMP") != (created.StartingPositionTimestamp is not null))
        {
            throw RequestRefusedException.InvalidParameter("StartingPositionTimestamp goes with the starting position AT_TIMESTAMP, and only with it.");
        }

        created = ReadSettings(http, request, created);
        request.RefuseOthers();
        FunctionTarget.FindRecord(host, arn);
        if (!host.Mappings.HasStream(stream))
        {
            throw RequestRefusedException.InvalidParameter($"Stream not found: {created.EventSourceArn}. Streams are made under 'streams' in the gateway's configuration.");
        }

        await host.ChangeAsync(arn.Name, before =>
        {
            FunctionTarget.Required(before, arn);
            return host.Mappings.List().FirstOrDefault(status => status.Mapping.FunctionName == arn.Name && status.Mapping.EventSourceArn == created.EventSourceArn) is { } known
                ? throw RequestRefusedException.Conflict($"An event source mapping with Kinesis arn (\" {created.EventSourceArn} \") and function (\" {arn.Name} \") already exists. Please update or delete the existing mapping with UUID {known.Mapping.UUID}")
                : before with { Mappings = [.. before.Mappings, created] };
        });
        return Of(Find(created.UUID));
    }

    public JsonObject? Get(HttpContext http) => Of(Find(UuidOf(http)));

    public JsonObject? List(HttpContext http)
    {
        var source = http.Request.Query["EventSourceArn"].ToString();
        var name = http.Request.Query["FunctionName"].ToString();
        if (name.Length > 0)
        {
            name = FunctionArn.TryParse(name, out var arn) ? arn.Name : throw RequestRefusedException.Constraint("functionName", name, "Member must be a function's name or its ARN");
        }

        var mappings = host.Mappings.List().Where(status =>
            (name.Length == 0 || status.Mapping.FunctionName == name)
            && (source.Length == 0 || (StreamArn.TryParse(source, out var stream) && status.Mapping.EventSourceArn == StreamArn.Of(stream))));
        return Page.Of(http, "EventSourceMappings", mappings.Select(status => (status.Mapping.UUID, Of(status))));
    }

    public async Task<JsonObject?> UpdateAsync(HttpContext http)
    {
        var uuid = UuidOf(http);
        var request = await RequestParameters.ReadAsync(http);
        var before = Find(uuid).Mapping;
        if (request.Has("FunctionName") && ReadFunction(request).Name != before.FunctionName)
        {
            throw RequestRefusedException.InvalidParameter("functionName: a mapping stays with its function here; delete it, and create one for the other function.");
        }

        await ChangeAsync(before, mapping =>
        {
            var changed = ReadSettings(http, request, mapping);
            request.RefuseOthers();
            return changed;
        });
        return Of(Find(uuid));
    }

    public async Task<JsonObject?> DeleteAsync(HttpContext http)
    {
        var status = Find(UuidOf(http));
        await ChangeAsync(status.Mapping, _ => null);
        return Of(status with { State = "Deleting" });
    }

    private static string UuidOf(HttpContext http) => (string)http.GetRouteValue("uuid")!;

    private static FunctionArn ReadFunction(RequestParameters request)
    {
        var text = request.RequiredText("FunctionName", min: 1, max: 140);
        if (!FunctionArn.TryParse(text, out var arn))
        {
            throw request.Constraint("FunctionName", text, "Member must be a function's name or its ARN");
        }

        return arn.Qualifier is null or FunctionArn.Latest
            ? arn with { Qualifier = null }
            : throw RequestRefusedException.InvalidParameter("functionName: a mapping calls the function as it is served, not a version or an alias; leave them out.");
    }

    private EventSourceMapping ReadSettings(HttpContext http, RequestParameters request, EventSourceMapping before)
    {
        foreach (var name in (string[])["FilterCriteria", "TumblingWindowInSeconds", "Topics", "Queues", "SourceAccessConfigurations", "SelfManagedEventSource", "ScalingConfig", "KMSKeyArn", "Tags"])
        {
            request.Refuse(name, "is not offered for streams of the gateway; leave it out.");
        }

        var types = request.List("FunctionResponseTypes") ?? before.FunctionResponseTypes;
        if (types.Any(type => type != EventSourceMapping.ReportBatchItemFailures))
        {
            throw request.Constraint("FunctionResponseTypes", $"[{string.Join(", ", types)}]", $"Member must satisfy constraint: [Member must satisfy enum value set: [{EventSourceMapping.ReportBatchItemFailures}]]");
        }

        return before with
        {
            BatchSize = request.Number("BatchSize", 1, 10_000) ?? before.BatchSize,
            MaximumBatchingWindowInSeconds = request.Number("MaximumBatchingWindowInSeconds", 0, 300) ?? before.MaximumBatchingWindowInSeconds,
            ParallelizationFactor = request.Number("ParallelizationFactor", 1, 10) ?? before.ParallelizationFactor,
            BisectBatchOnFunctionError = request.Flag("BisectBatchOnFunctionError") ?? before.BisectBatchOnFunctionError,
            MaximumRetryAttempts = request.Number("MaximumRetryAttempts", -1, 10_000) ?? before.MaximumRetryAttempts,
            MaximumRecordAgeInSeconds = request.Number("MaximumRecordAgeInSeconds", -1, 604_800) switch
            {
                null => before.MaximumRecordAgeInSeconds,
                >= 0 and < 60 => throw RequestRefusedException.InvalidParameter("Maximum record age must be -1, or 60 to 604800 seconds."),
                var age => age.Value,
            },
            FunctionResponseTypes = types,
            DestinationConfig = Destination(http, request, before),
            Enabled = request.Flag("Enabled") ?? before.Enabled,
            LastModified = host.Clock.GetUtcNow(),
        };
    }

    private DestinationConfig? Destination(HttpContext http, RequestParameters request, EventSourceMapping before)
    {
        if (request.Object("DestinationConfig") is not { } config)
        {
            return before.DestinationConfig;
        }

        config.Refuse("OnSuccess", "a mapping tells of failures only; leave it out.");
        var side = config.Object("OnFailure");
        var text = side?.Text("Destination", max: 350);
        side?.RefuseOthers();
        config.RefuseOthers();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        const string Member = "destinationConfig.onFailure.destination";
        if (!FailureDestination.IsDestination(text) || !Destinations.Destination.TryParse(text, out var destination) || (StreamArn.TryParse(text, out var stream) && StreamArn.Of(stream) == before.EventSourceArn))
        {
            throw RequestRefusedException.InvalidParameter($"{Member}: {text} is no destination here; {Destinations.Destination.Rule}, but not the source itself.");
        }

        DestinationParameter.Check(http, host, destination, Member);
        return new DestinationConfig(new OnFailure(text));
    }

    private static JsonObject Of(MappingStatus status)
    {
        var mapping = status.Mapping;
        var answer = new JsonObject
        {
            ["UUID"] = mapping.UUID,
            ["EventSourceArn"] = mapping.EventSourceArn,
            ["FunctionArn"] = new FunctionArn(mapping.FunctionName, null).ToString(),
            ["State"] = status.State,
            ["StateTransitionReason"] = "User action",
            ["LastModified"] = mapping.LastModified.ToUnixTimeMilliseconds() / 1000.0,
            ["LastProcessingResult"] = status.LastProcessingResult,
            ["BatchSize"] = mapping.BatchSize,
            ["MaximumBatchingWindowInSeconds"] = mapping.MaximumBatchingWindowInSeconds,
            ["ParallelizationFactor"] = mapping.ParallelizationFactor,
            ["StartingPosition"] = mapping.StartingPosition,
            ["BisectBatchOnFunctionError"] = mapping.BisectBatchOnFunctionError,
            ["MaximumRetryAttempts"] = mapping.MaximumRetryAttempts,
            ["MaximumRecordAgeInSeconds"] = mapping.MaximumRecordAgeInSeconds,
            ["FunctionResponseTypes"] = new JsonArray([.. mapping.FunctionResponseTypes.Select(type => (JsonNode?)type)]),
            ["DestinationConfig"] = new JsonObject { ["OnFailure"] = mapping.DestinationConfig?.OnFailure is { } failed ? new JsonObject { ["Destination"] = failed.Destination } : [] },
        };
        if (mapping.StartingPositionTimestamp is { } time)
        {
            answer["StartingPositionTimestamp"] = time.ToUnixTimeMilliseconds() / 1000.0;
        }

        return answer;
    }

    private MappingStatus Find(string uuid) => host.Mappings.TryFind(uuid, out var status) ? status : throw NotFound();

    /// <param name="change">Returns null to delete it.</param>
    private Task<FunctionRecord> ChangeAsync(EventSourceMapping known, Func<EventSourceMapping, EventSourceMapping?> change) => host.ChangeAsync(known.FunctionName, before =>
    {
        var record = before ?? throw NotFound();
        if (record.Mappings.FirstOrDefault(mapping => mapping.UUID == known.UUID) is not { } mapping)
        {
            throw RequestRefusedException.Conflict($"This mapping is a trigger in the function.yaml of {known.FunctionName}; change it there.");
        }

        return change(mapping) is { } changed
            ? record with { Mappings = [.. record.Mappings.Select(other => other.UUID == known.UUID ? changed : other)] }
            : record with { Mappings = [.. record.Mappings.Where(other => other.UUID != known.UUID)] };
    });

    private static RequestRefusedException NotFound() => RequestRefusedException.NotFound("The resource you requested does not exist.");
}
