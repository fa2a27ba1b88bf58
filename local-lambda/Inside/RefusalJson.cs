using System.Text.Json.Serialization;

namespace Roost.LocalLambda.Inside;

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RefusalJson : JsonSerializerContext;
