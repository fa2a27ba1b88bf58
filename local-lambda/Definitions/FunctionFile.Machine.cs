using System.Globalization;
using Roost.LocalLambda.Isolation;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>What a function asks of the machine: memory, a share of its processor, and its devices.</summary>
internal sealed partial class FunctionFile
{
    private long Memory(Dictionary<string, YamlNode> values, FunctionRuntime? runtime)
    {
        var bytes = Bytes(values, "memory", 128L << 20, 16L << 20, 10L << 30, "16MiB to 10GiB, with its unit: 128MiB");
        if (runtime is { Family: RuntimeFamily.Node } && bytes < NodeMemory.LeastBytes)
        {
            Fault(values["memory"], "memory", Shown(values["memory"]), $"Node.js does not start with so little; use {NodeMemory.LeastBytes >> 20}MiB or more");
        }

        return bytes;
    }

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
            else if (_allowedDevices?.Contains(device) is false)
            {
                Fault(item, "devices", device, DeviceGrants.NotAllowed);
            }
            else
            {
                devices.Add(device);
            }
        }

        return devices;
    }
}
