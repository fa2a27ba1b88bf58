using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Roost.DeviceSim.Messages;
using Roost.DeviceSim.Robots;

namespace Roost.DeviceSim.Shadows;

/// <summary>What a message on <c>.../shadow/update/delta</c> asks of a robot; null is a property that it does not name.</summary>
internal sealed record ShadowDelta(long Version, RobotMode? Mode, FanSpeed? FanSpeed)
{
    /// <returns>False for what is no delta, and for words that no robot knows: those are left alone, and stay in the delta.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> payload, [NotNullWhen(true)] out ShadowDelta? delta)
    {
        delta = null;
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("version"u8, out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt64(out var number)
                || !root.TryGetProperty("state"u8, out var state) || state.ValueKind != JsonValueKind.Object
                || !TryRead<RobotMode>(state, "mode", out var mode) || !TryRead<FanSpeed>(state, "fanSpeed", out var fanSpeed))
            {
                return false;
            }

            delta = new ShadowDelta(number, mode, fanSpeed);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryRead<T>(JsonElement state, string name, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (!state.TryGetProperty(name, out var word))
        {
            return true;
        }

        if (word.ValueKind != JsonValueKind.String || !RobotNames.TryParse<T>(word.GetString(), out var known))
        {
            return false;
        }

        value = known;
        return true;
    }
}
