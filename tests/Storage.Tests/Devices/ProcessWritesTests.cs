using NUnit.Framework;
using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Devices;

internal sealed class ProcessWritesTests
{
    [Test]
    public void What_was_given_up_before_it_was_written_does_not_count()
    {
        using var machine = new FakeMachine();
        FakeMachine.Write(machine.Proc, "self/io", "rchar: 1\nwchar: 99999\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 81920\ncancelled_write_bytes: 4096");

        Assert.That(ProcessWrites.Read(machine.Folders), Is.EqualTo(77824));
    }

    [TestCase("")]
    [TestCase("write_bytes: many\ncancelled_write_bytes: 1")]
    public void Without_the_kernels_account_nothing_is_known(string text)
    {
        using var machine = new FakeMachine();
        FakeMachine.Write(machine.Proc, "self/io", text);

        Assert.That(ProcessWrites.Read(machine.Folders), Is.Null);
    }
}
