using System.Globalization;

namespace Roost.Hardware.Tests.Gpio.Kernel;

/// <summary>A chip of the kernel's driver gpio-sim, made over configfs: to its users it is one like any other. Where it cannot be made the test is not run, and says why.</summary>
internal sealed class GpioSim : IDisposable
{
    public const int Lines = 8;

    /// <summary>A line that something else holds, under this name.</summary>
    public const int HoggedLine = 3;
    public const string Hog = "somebody-else";

    private const string Driver = "/sys/kernel/config/gpio-sim";

    private static int s_made;

    private readonly string _config = $"{Driver}/roost-test-{Environment.ProcessId}-{Interlocked.Increment(ref s_made)}";
    private string _lines = "";

    /// <param name="names">Of the first lines; "" for none.</param>
    public GpioSim(params string[] names)
    {
        if (!Directory.Exists(Driver))
        {
            Assert.Ignore($"no gpio-sim: there is no {Driver}; it needs a kernel with CONFIG_GPIO_SIM, 'modprobe gpio-sim' and 'mount -t configfs none /sys/kernel/config'");
        }

        try
        {
            Make(names);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            Assert.Ignore($"no gpio-sim: {exception.Message}; only root can make a chip");
        }

        if (!File.Exists($"/dev/{Name}"))
        {
            Dispose();
            Assert.Ignore($"no gpio-sim: /dev/{Name} is not shown here; a container has a /dev of its own");
        }
    }

    /// <summary>As <c>gpiochip1</c>.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What its driver calls it: each its own.</summary>
    public string Label => Path.GetFileName(_config);

    private string Bank => $"{_config}/bank0";

    /// <summary>Connects a line to the supply or to ground, as far as nobody drives it.</summary>
    public void Apply(int line, bool high) => File.WriteAllText($"{_lines}/sim_gpio{line}/pull", high ? "pull-up" : "pull-down");

    /// <returns>The voltage of a line: high or not.</returns>
    public bool IsHigh(int line) => File.ReadAllText($"{_lines}/sim_gpio{line}/value").Trim() == "1";

    /// <summary>It has not been unplugged.</summary>
    public bool IsLive => File.ReadAllText($"{_config}/live").Trim() == "1";

    /// <summary>The chip goes, whoever holds its lines.</summary>
    public void Unplug() => File.WriteAllText($"{_config}/live", "0");

    public void Dispose()
    {
        if (!Directory.Exists(_config))
        {
            return;
        }

        if (IsLive)
        {
            Unplug(); // the kernel refuses it a second time
        }

        foreach (var folder in Directory.EnumerateDirectories(_config, "*", SearchOption.AllDirectories).OrderByDescending(static folder => folder.Length).Append(_config))
        {
            Directory.Delete(folder); // the files in it are the kernel's, and go with it
        }
    }

    private void Make(string[] names)
    {
        Directory.CreateDirectory(Bank);
        File.WriteAllText($"{Bank}/num_lines", Lines.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText($"{Bank}/label", Label);
        for (var line = 0; line < names.Length; line++)
        {
            Directory.CreateDirectory($"{Bank}/line{line}");
            File.WriteAllText($"{Bank}/line{line}/name", names[line]);
        }

        Directory.CreateDirectory($"{Bank}/line{HoggedLine}/hog");
        File.WriteAllText($"{Bank}/line{HoggedLine}/hog/name", Hog);
        File.WriteAllText($"{Bank}/line{HoggedLine}/hog/direction", "input");
        File.WriteAllText($"{_config}/live", "1");
        Name = File.ReadAllText($"{Bank}/chip_name").Trim();
        _lines = $"/sys/devices/platform/{File.ReadAllText($"{_config}/dev_name").Trim()}/{Name}";
    }
}
