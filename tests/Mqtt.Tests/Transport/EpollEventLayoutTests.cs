using System.Runtime.InteropServices;
using Roost.Mqtt.Transport;

namespace Roost.Mqtt.Tests.Transport;

public sealed class EpollEventLayoutTests
{
    [TestCase(Architecture.X64, 12, 4)]
    [TestCase(Architecture.Arm64, 16, 8)]
    public void The_structure_is_packed_on_x64_only(Architecture architecture, int size, int dataOffset) =>
        Assert.That(EpollEventLayout.Of(architecture), Is.EqualTo(new EpollEventLayout(size, dataOffset)));
}
