using Microsoft.Extensions.Logging;
using Roost.Streams.Export;

namespace Roost.Streams.Bridge;

/// <summary>What all parts of the bridge share.</summary>
internal sealed record BridgeServices(ExportTuning Tuning, TimeSpan AcknowledgeTimeout, TimeProvider Clock, ILogger Logger);
