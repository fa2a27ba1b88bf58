using System.Globalization;
using Roost.LocalLambda.Isolation;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>What a function asks of the machine: a share of its processor, and its devices.</summary>
internal sealed partial class FunctionFile
{
    private int? CpuPercent(Dictionary<string, YamlNode> values)
    {
        if (!values.TryGetValue("cpu", out var node))
        {
            return null;
        }

        if (Scalar(node, "cpu") is [.. var digits, '%'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 6400)
        {
            return percent;
        }

        Fault(node, "cpu", Shown(node), "use 1% to 6400% of one core: 50%");
        return null;
    }

    private List<string> Devices(Dictionary<string, YamlNode> values)
    {
        const string Remedy = "write a list of device nodes: devices: [ /dev/gpiochip0 ]";
        var devices = new List<string>();
        if (!values.TryGetValue("devices", out var node))
        {
            return devices;
        }

        if (node is not YamlSequenceNode sequence)
        {
            Fault(node, "devices", Shown(node), Remedy);
            return devices;
        }

        foreach (var item in sequence)
        {
            if (Scalar(item, "devices") is not { } device)
            {
                continue;
            }

            if (DeviceGrants.FaultOfName(device) is { } fault)
            {
                Fault(item, "devices", device, fault);
            }
            else
            {
                devices.Add(device);
            }
        }

        return devices;
    }
}
