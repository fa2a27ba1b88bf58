using System.Security.Cryptography.X509Certificates;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Transport.Tls;

namespace Roost.Mqtt.Transport;

/// <summary>
/// TLS: the handshake's steps run on <see cref="HandshakePool"/>, everything after them on the loop. While a step runs, the session and the
/// descriptor are its; the loop hears nothing of the socket, and a close is put off until the step has ended.
/// </summary>
internal sealed unsafe partial class SocketConnection
{
    private TlsSession? _tls;
    private X509Certificate2? _peerCertificate;
    private X509Certificate2[] _peerIntermediates = [];
    private HandshakeStep? _step; // made with the first
    private bool _isStepRunning;

    private void ContinueHandshake()
    {
        if (_step is null)
        {
            byte first;
            var count = Libc.Peek(_descriptor, &first, 1);
            if (count <= 0 || first != TlsHandshakeRecord)
            {
                if (count > 0)
                {
                    Reject(first == ConnectPacketByte ? "it speaks MQTT without TLS to a TLS listener" : "it does not speak TLS, which this listener wants");
                }
                else
                {
                    Core.OnConnectionLost(this);
                }

                return;
            }

            _step = new HandshakeStep(this);
        }

        _isStepRunning = true;
        _source.Handshakes.Enqueue(_step);
    }

    private void OnHandshakeStep(HandshakeStatus status, string failure)
    {
        _isStepRunning = false;
        if (IsClosed)
        {
            Release();
            return;
        }

        switch (status)
        {
            case HandshakeStatus.Done:
                _step = null;
                _stage = StageAfterTls();
                UpdateInterest();
                _epoll.Recall(_tag); // CONNECT may have come with the last of the handshake
                break;
            case HandshakeStatus.Failed:
                Core.OnHandshakeFailed(this, failure);
                Reject($"the TLS handshake failed: {failure}");
                break;
            default:
                _epoll.Change(_descriptor, _tag, (status == HandshakeStatus.WantsRead ? Libc.EpollIn : Libc.EpollOut) | Libc.EpollOneShot);
                break;
        }
    }

    /// <summary>Reads on while there is something decrypted or decryptable, as epoll knows only of what lies in the socket.</summary>
    private int ReceiveDecrypted(byte* buffer, int room)
    {
        var total = 0;
        do
        {
            var count = _tls!.Read(buffer + total, room - total);
            if (count <= 0)
            {
                if (count == 0 && _tls.HasTooManyKeyUpdates)
                {
                    Core.TellOfRejected(this, "it changes its TLS keys without end");
                }

                if (total > 0 && count == 0)
                {
                    _epoll.Recall(_tag); // the end is told again after what came before it
                }

                return total > 0 ? total : count;
            }

            total += count;
        }
        while (total < room && _tls.HasPending);

        if (total == room)
        {
            _epoll.Recall(_tag); // others first
        }

        return total;
    }

    /// <summary>Nobody uses the socket any more.</summary>
    private void Release()
    {
        _tls?.Close();
        _peerCertificate?.Dispose();
        Array.ForEach(_peerIntermediates, static certificate => certificate.Dispose());
        Libc.Close(_descriptor);
    }

    /// <summary>One step at a time: run by the pool, then opened by the loop.</summary>
    private sealed class HandshakeStep(SocketConnection connection) : Letter, IHandshakeStep
    {
        private HandshakeStatus _status;
        private string _failure = "";

        public void Run()
        {
            try
            {
                Advance();
            }
            catch (Exception exception) // the outer edge of a piece of work: it ends this connection and nothing else
            {
                (_status, _failure) = (HandshakeStatus.Failed, exception.Message);
            }

            connection._source.Loop.Mailbox.Post(this);
        }

        public override void Open() => connection.OnHandshakeStep(_status, _failure);

        /// <summary>The loop has closed the connection before it ended.</summary>
        public override void Refuse() => connection.Release();

        private void Advance()
        {
            connection._tls ??= connection._source.Certificates!.CreateSession(connection._descriptor);
            if (connection._tls is not { } tls)
            {
                (_status, _failure) = (HandshakeStatus.Failed, "no memory for a session");
                return;
            }

            _status = tls.Handshake();
            _failure = tls.FailureReason;
            if (_status == HandshakeStatus.Done && connection._source.Certificates!.AsksClients)
            {
                connection._peerCertificate = tls.PeerCertificate();
                connection._peerIntermediates = connection._peerCertificate is null ? [] : tls.PeerIntermediates();
            }
        }
    }
}
