using Microsoft.Extensions.DependencyInjection;
using Roost.Hardware.Gpio;

namespace Roost.Hardware.Tests.Gpio;

/// <summary>The room with one chip that can be unplugged.</summary>
internal static class GpioRig
{
    public static (HardwareRig Rig, PluggableChips Chips) Make(params GpioLineOptions[] lines)
    {
        var chips = new PluggableChips(TimeProvider.System);
        var rig = new HardwareRig { Configure = services => services.AddSingleton<IGpioChips>(chips) };
        rig.Options.Gpio.AddRange(lines);
        return (rig, chips);
    }

    public static GpioLineOptions Door(string line = "GPIO17") => new() { Thing = "door", Property = "open", Line = line, MinInterval = TimeSpan.Zero };

    public static GpioLineOptions Lamp(string line = "27") => new() { Thing = "lamp", Property = "on", Line = line, Direction = LineDirection.Out };
}
