using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Kernel;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Gpio.Kernel;

/// <summary>The system calls as far as they go without a chip.</summary>
internal sealed class KernelChipTests
{
    private EdgePoller _poller = null!;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => (_poller, _folder) = (new EdgePoller(), new TemporaryFolder());

    [TearDown]
    public void Close()
    {
        _poller.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_folder_without_chips_has_none() => Assert.That(new KernelChips(_folder.Path, _poller).Names, Is.Empty);

    [Test]
    public void A_folder_that_is_not_there_has_none() => Assert.That(new KernelChips(_folder["nowhere"], _poller).Names, Is.Empty);

    [Test]
    public void Chips_come_in_the_order_of_their_numbers()
    {
        foreach (var name in new[] { "gpiochip10", "gpiochip2", "gpiochipX", "gpiochip", "gpio3", "gpiochip0" })
        {
            File.WriteAllText(_folder[name], "");
        }

        Assert.That(new KernelChips(_folder.Path, _poller).Names, Is.EqualTo(new[] { "gpiochip0", "gpiochip2", "gpiochip10" }));
    }

    [TestCase("gpiochip0", GpioFault.NoChip, "is no GPIO chip")]
    [TestCase("gpiochip1", GpioFault.NoChip, "is not there")]
    public void What_is_no_chip_is_refused_with_its_path(string name, GpioFault fault, string words)
    {
        File.WriteAllText(_folder["gpiochip0"], "a file");

        var exception = Assert.Throws<GpioException>(() => new KernelChips(_folder.Path, _poller).Open(name))!;
        Assert.That((exception.Fault, exception.Message), Is.EqualTo((fault, $"{_folder[name]} {words}")));
    }

    [TestCase("/dev/null")]
    [TestCase("/dev/zero")]
    public void Another_device_is_refused(string path) =>
        Assert.That(Assert.Throws<GpioException>(() => KernelChip.Open(path, _poller))!.Message, Is.EqualTo($"{path} is no GPIO chip"));

    [Test]
    public void Refused_chips_leave_no_file_open()
    {
        File.WriteAllText(_folder["gpiochip0"], "a file");
        var chips = new KernelChips(_folder.Path, _poller);
        for (var i = 0; i < 100; i++)
        {
            Assert.Throws<GpioException>(() => chips.Open("gpiochip0"));
        }

        Assert.That(Directory.EnumerateFiles("/proc/self/fd").Count(file => new FileInfo(file).LinkTarget?.StartsWith(_folder.Path, StringComparison.Ordinal) == true), Is.Zero);
    }

    [TestCase(13, GpioFault.NotAllowed, "usermod -aG gpio")]
    [TestCase(1, GpioFault.NotAllowed, "DeviceAllow=char-gpiochip")]
    [TestCase(2, GpioFault.NoChip, "is not there")]
    [TestCase(19, GpioFault.NoChip, "is not there")]
    [TestCase(24, GpioFault.Failed, "Too many open files (24)")]
    public void What_keeps_a_chip_from_being_opened_is_told_with_a_remedy(int errno, GpioFault fault, string words)
    {
        var exception = GpioErrors.OfOpening(_folder["gpiochip0"], (Errno)errno);

        Assert.That(exception.Fault, Is.EqualTo(fault));
        Assert.That(exception.Message, Does.Contain(words).And.Contain(_folder["gpiochip0"]));
    }
}
