package stream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Embedded is the broker of a single machine: Kafka's protocol on a loopback port, its log under a directory. The first
// process that asks for a directory runs it; those after it are told its address and take over, on the same port, when the
// first is gone.
type Embedded struct {
	dir    string
	addr   string
	cancel context.CancelFunc
	work   sync.WaitGroup

	mutex   sync.Mutex
	cluster *kfake.Cluster // nil while another process runs it
	lock    *os.File
}

// The files by which processes find each other.
const (
	lockFile    = "broker.lock"
	addressFile = "broker.addr"
)

// cleaning is how often, in milliseconds, what is too old or was written anew is taken out of the log: every minute. kfake does it
// at one go, serving nobody meanwhile: what checkpoints leave in five minutes took it seconds, in which a fast feed was
// dropped, and half a gigabyte. Left alone it is an hour.
const cleaning = "60000"

// Embed runs the broker of a directory, which is made if need be, or finds the process that does.
func Embed(ctx context.Context, dir string) (*Embedded, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("start embedded broker: %w", err)
	}
	e := &Embedded{dir: dir, lock: lock}
	for e.addr == "" {
		if err := e.first(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("start embedded broker in %s: %w", dir, err), lock.Close())
		}
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.cancel = cancel
	if e.cluster == nil {
		e.work.Go(func() { e.succeed(watch) })
	}
	return e, nil
}

// first starts the broker if nobody runs it, or else reads where it is. A holder who has not yet written where is waited
// for.
func (e *Embedded) first(ctx context.Context) error {
	if e.try() {
		return e.start()
	}
	addr, err := os.ReadFile(filepath.Join(e.dir, addressFile))
	if err == nil && answers(ctx, strings.TrimSpace(string(addr))) {
		e.addr = strings.TrimSpace(string(addr))
		return nil
	}
	return pause(ctx, 50*time.Millisecond)
}

// try takes the lock if it is free. The kernel frees it when its holder dies, however he dies.
func (e *Embedded) try() bool {
	return syscall.Flock(int(e.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// succeed waits until the lock is free and runs the broker then.
func (e *Embedded) succeed(ctx context.Context) {
	for ctx.Err() == nil {
		if e.try() {
			if err := e.start(); err == nil {
				return
			}
		}
		if pause(ctx, 200*time.Millisecond) != nil {
			return
		}
	}
}

// start runs the broker, on the port of the holder before it if that is free.
func (e *Embedded) start() error {
	path := filepath.Join(e.dir, addressFile)
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	options := []kfake.Opt{
		kfake.NumBrokers(1), kfake.DataDir(filepath.Join(e.dir, "log")), kfake.SyncWrites(), kfake.ClusterID("darkwake"),
		kfake.BrokerConfigs(map[string]string{"log.message.timestamp.type": "LogAppendTime", "log.cleaner.backoff.ms": cleaning, "group.min.session.timeout.ms": "1000"}),
	}
	var cluster *kfake.Cluster
	if _, port, split := net.SplitHostPort(strings.TrimSpace(string(old))); split == nil {
		if n, bad := strconv.Atoi(port); bad == nil {
			cluster, _ = kfake.NewCluster(append(options, kfake.Ports(n))...) // somebody else may have it: then any other does
		}
	}
	if cluster == nil {
		if cluster, err = kfake.NewCluster(options...); err != nil {
			return err
		}
	}
	addr := cluster.ListenAddrs()[0]
	keepFollowers(cluster, addr)
	e.mutex.Lock()
	e.cluster, e.addr = cluster, addr
	e.mutex.Unlock()
	return os.WriteFile(path, []byte(e.addr+"\n"), 0o640)
}

// shortly is well below the least session that the broker allows.
const shortly = 300 * time.Millisecond

// keepFollowers mends what kfake lacks: Kafka takes nobody for dead who waits for the leader of his group to share out its
// partitions. kfake lets all of them expire together with a leader who died, without a word, and miscounts from then on who
// has joined: the group may never form again. With a sign of life for each after a moment the leader expires first, upon
// which the others are told to join anew.
func keepFollowers(cluster *kfake.Cluster, addr string) {
	client := &kafka.Client{Addr: kafka.TCP(addr), Timeout: 5 * time.Second}
	cluster.ControlKey(int16(kmsg.SyncGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
		sync := r.(*kmsg.SyncGroupRequest)
		alive := &kafka.HeartbeatRequest{GroupID: sync.Group, GenerationID: sync.Generation, MemberID: sync.MemberID}
		time.AfterFunc(shortly, func() {
			_, _ = client.Heartbeat(context.Background(), alive) // if the broker is gone, so is the group
		})
		return nil, nil, false // kfake answers
	})
}

// Addr is the broker's address. It does not change when another process takes over, unless its port was taken meanwhile.
func (e *Embedded) Addr() string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.addr
}

// Running tells whether this process runs the broker.
func (e *Embedded) Running() bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.cluster != nil
}

// Close ends the broker, if it runs here, and lets the next process take over.
func (e *Embedded) Close() error {
	e.cancel()
	e.work.Wait()
	if e.cluster != nil {
		e.cluster.Close()
	}
	return e.lock.Close()
}

// answers tells whether somebody listens.
func answers(ctx context.Context, addr string) bool {
	d := net.Dialer{Timeout: time.Second}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// pause waits, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
