using System.Text.Json;
using Roost.LocalLambda.Isolation;
using Roost.LocalLambda.Isolation.Seccomp;
using Roost.LocalLambda.Tests.Isolation.Seccomp;

namespace Roost.LocalLambda.Tests.Isolation;

/// <summary>The filter of system calls around real functions: what is refused is refused, and what runtimes need works.</summary>
internal sealed class SystemCallTests : FunctionFixture
{
    [Test]
    public async Task Every_call_that_the_table_refuses_is_refused_to_a_function()
    {
        var machine = SystemCallMachine.Current!;
        Python("caller", """
            import ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            def handler(numbers, context):
                said = []
                for number in numbers:
                    ctypes.set_errno(0)
                    said.append(0 if libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6) >= 0 else ctypes.get_errno())
                return said
            """, "timeout: 20s\n");
        await StartAsync();
        var calls = SystemCall.All.Where(call => machine.Number(call) is not null && call.Verdict is SystemCallVerdict.Refused or SystemCallVerdict.Missing && machine.Number(call) is not null).ToList();
        var numbers = calls.Select(call => machine.Number(call)!.Value).Append(SystemCallFilter.LastKnown + 1);

        var said = JsonSerializer.Deserialize<int[]>(await AnswerAsync("caller", JsonSerializer.Serialize(numbers)))!;

        Assert.That(calls.Zip(said).Select(pair => $"{pair.First.Name} {pair.Second}"), Is.EqualTo(calls.Select(call => $"{call.Name} {(call.Verdict == SystemCallVerdict.Refused ? 1 : 38)}")));
        Assert.That(said[^1], Is.EqualTo(38));
    }

    [Test]
    public async Task Calls_that_are_judged_by_their_arguments_are_judged_in_a_sandbox_as_well()
    {
        Python("caller", """
            import ctypes, fcntl, os, socket, threading
            libc = ctypes.CDLL(None, use_errno=True)
            def attempt(action):
                try:
                    result = action()
                    return 0 if result is None or not isinstance(result, int) or result >= 0 else ctypes.get_errno()
                except OSError as error:
                    return error.errno
            def pty():
                controller, terminal = os.openpty()
                return fcntl.ioctl(terminal, 0x5412, b'x')
            def thread():
                t = threading.Thread(target=lambda: None)
                t.start()
                t.join()
            def fork():
                pid = os.fork()
                if pid == 0:
                    os._exit(0)
                os.waitpid(pid, 0)
            def handler(event, context):
                return [attempt(action) for action in [
                    pty,
                    lambda: libc.syscall(ctypes.c_long(event['clone']), ctypes.c_long(0x10000011), 0, 0, 0, 0),
                    lambda: libc.syscall(ctypes.c_long(event['personality']), ctypes.c_long(0x0040000)),
                    lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET),
                    lambda: socket.socket(socket.AF_VSOCK),
                    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12),
                    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
                    lambda: socket.socketpair(), thread, fork]]
            """, "timeout: 20s\n");
        await StartAsync();
        int Number(string call) => SystemCallMachine.Current!.Number(SystemCall.All.Single(known => known.Name == call))!.Value;

        Assert.That(await AnswerAsync("caller", $$"""{"clone": {{Number("clone")}}, "personality": {{Number("personality")}}}"""), Is.EqualTo("[1, 1, 1, 97, 97, 93, 0, 0, 0, 0]"));
    }

    [Test]
    public async Task The_shell_and_what_it_starts_work_under_it()
    {
        Python("shell", """
            import multiprocessing, subprocess, sys, tempfile
            def handler(event, context):
                if event == 'pool':
                    import concurrent.futures
                    with concurrent.futures.ThreadPoolExecutor(4) as pool:
                        return sum(pool.map(abs, range(-10, 0)))
                return subprocess.run(event, shell=True, capture_output=True, text=True, check=True).stdout
            """, "timeout: 30s\n");
        await StartAsync();

        Assert.That(await AnswerAsync("shell", "\"echo a b | tr a-z A-Z; ls -d /usr; perl -e 'print 6*7'\""), Is.EqualTo("\"A B\\n/usr\\n42\""));
        Assert.That(await AnswerAsync("shell", "\"pool\""), Is.EqualTo("55"));
        Assert.That(await AnswerAsync("shell", "\"printf '#!/usr/bin/python3\\\\nimport http.server, sys\\\\nhttp.server.HTTPServer.allow_reuse_address = True\\\\n' >/dev/null; python3 -m http.server --bind 127.0.0.1 --directory /var/task 8000 >/dev/null 2>&1 & for i in 1 2 3 4 5 6 7 8 9; do curl -s --retry 20 --retry-connrefused --retry-delay 1 http://127.0.0.1:8000/main.py | head -1 && break; done; kill $!\""),
            Does.Contain("import multiprocessing"));
    }

    [Test]
    public async Task Node_has_threads_files_processes_and_its_loopback_under_it()
    {
        Node("busy", """
            import { Worker } from 'node:worker_threads';
            import { execFileSync } from 'node:child_process';
            import fs from 'node:fs/promises';
            import http from 'node:http';
            import os from 'node:os';
            import zlib from 'node:zlib';
            export const handler = async () => {
              const sum = await new Promise((resolve, reject) => new Worker('require("worker_threads").parentPort.postMessage(6 * 7)', { eval: true }).on('message', resolve).on('error', reject));
              await fs.writeFile('/tmp/x', 'file');
              const server = http.createServer((_, response) => response.end('served')).listen(0, '127.0.0.1');
              await new Promise(resolve => server.on('listening', resolve));
              const text = await (await fetch(`http://127.0.0.1:${server.address().port}/`)).text();
              server.closeAllConnections(); server.close();
              return [sum, await fs.readFile('/tmp/x', 'utf8'), text, execFileSync('/bin/echo', ['child']).toString(), Object.keys(os.networkInterfaces()),
                await new Promise((resolve, reject) => zlib.gzip('x', (error, data) => error ? reject(error) : resolve(data.length)))];
            };
            """, "timeout: 30s\nmemory: 256MiB\n");
        await StartAsync();

        Assert.That(await AnswerAsync("busy"), Is.EqualTo("""[42,"file","served","child\n",["lo"],21]"""));
    }

    [Test]
    public async Task Dotnet_compiles_and_runs_under_it()
    {
        if (new FileInfo("/usr/bin/dotnet").ResolveLinkTarget(returnFinalTarget: true)?.FullName.StartsWith("/usr/", StringComparison.Ordinal) != true)
        {
            Assert.Ignore("Nothing is shown of .NET in a sandbox: this machine's /usr/bin/dotnet is not there, or leads out of /usr.");
        }

        // A program of ours that ends with an exception of its own when it is called without arguments: everything up to there has worked.
        const string Name = "Roost.LocalLambda.Host";
        Python("net", $"import subprocess\ndef handler(event, context):\n    return subprocess.run(['dotnet', '/var/task/{Name}.dll'], capture_output=True, text=True).stderr", "timeout: 120s\nmemory: 1GiB\n");
        var built = AppContext.BaseDirectory.Replace("LocalLambda.Tests", "LocalLambda.Host", StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(built, "*.dll").Append(Path.Combine(built, $"{Name}.runtimeconfig.json")).Append(Path.Combine(built, $"{Name}.deps.json")))
        {
            File.Copy(file, Path.Combine(Folder["functions"], "net", Path.GetFileName(file)));
        }

        await StartAsync();

        Assert.That(await AnswerAsync("net"), Does.Contain("System.IndexOutOfRangeException"));
    }

    [Test]
    public async Task A_sandbox_that_lets_something_through_is_found_out()
    {
        using var launcher = new ProcessLauncher();
        var marks = new SandboxMarks(Folder["data"]);

        Assert.That(await SandboxProbe.FaultAsync(launcher, marks, default), Is.Null);
        Assert.That(
            await SandboxProbe.FaultAsync(launcher, marks, SystemCallMachine.Current!, BpfInstruction.Encode([BpfInstruction.Return(BpfInterpreter.Allow)]), default),
            Is.EqualTo("a sandbox that was made to try it could trace a process, read the kernel's keys; is /usr/bin/bwrap Debian's own?"));
    }
}
